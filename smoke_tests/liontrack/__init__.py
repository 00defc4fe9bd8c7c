"""Smoke tests of LionTrack."""
