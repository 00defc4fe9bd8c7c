"""What is inside StarRocks: nodes, schema, users, reference rows."""
