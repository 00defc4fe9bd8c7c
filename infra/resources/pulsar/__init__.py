"""What is inside Pulsar: tenants, namespaces, topics, tokens."""
