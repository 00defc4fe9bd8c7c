"""What runs: one file a service, plain data, no target."""
