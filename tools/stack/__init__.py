"""Commands on a stack: up, down, destroy, status, logs and others."""
