"""Publishing to Pulsar: each event is sent until it is acknowledged, and a stop that the user requests."""
