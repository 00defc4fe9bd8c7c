"""Where it runs: each target turns any service into resources."""
