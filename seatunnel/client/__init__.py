"""A client of SeaTunnel Zeta: its REST v1 interface, and the job files that are submitted to it."""
