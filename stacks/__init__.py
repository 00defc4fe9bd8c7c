"""How an environment is put together."""
