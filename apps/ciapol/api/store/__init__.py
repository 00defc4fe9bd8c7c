"""What the API asks StarRocks: one module a subject, plain SELECTs with parameters."""
