"""Objects of Pulsar: tenants, namespaces, topics, tokens."""
