"""Sensor stations: registers them, replays their measurements into Pulsar, and simulates them."""
