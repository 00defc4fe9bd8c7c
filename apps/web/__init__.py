"""Shared kit for HTTP APIs that read StarRocks; `README.md` shows how to write one."""
