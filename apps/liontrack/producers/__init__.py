"""Programs that publish events of lions and users."""
