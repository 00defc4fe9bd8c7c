"""Stream Load: bodies of JSON or CSV rows into tables."""
