"""From StarRocks' SQL to what DuckDB runs."""
