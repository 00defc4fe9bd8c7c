"""Objects of StarRocks: nodes, schema, users, reference rows."""
