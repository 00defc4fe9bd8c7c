"""What people do with a stack: up, down, destroy, status, logs and the like."""
