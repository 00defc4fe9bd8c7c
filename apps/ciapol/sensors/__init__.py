"""Registers sensor stations, replays their measurements into Pulsar, and simulates stations."""
