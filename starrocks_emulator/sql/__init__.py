"""Translates StarRocks' SQL to DuckDB's."""
