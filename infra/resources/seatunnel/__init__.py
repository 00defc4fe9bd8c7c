"""What is inside SeaTunnel Zeta: its jobs."""
