"""The API's queries: one module per subject, plain SELECTs with parameters."""
