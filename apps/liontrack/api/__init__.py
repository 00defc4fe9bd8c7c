"""The analytics API of LionTrack."""
