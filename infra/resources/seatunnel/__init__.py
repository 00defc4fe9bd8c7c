"""Objects of SeaTunnel Zeta: its jobs."""
