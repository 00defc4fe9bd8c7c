"""LionTrack: producers of events, the nightly pipeline and the analytics API."""
