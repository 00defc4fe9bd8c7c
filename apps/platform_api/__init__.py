"""The HTTP API of the platform: how its workflows and streaming jobs go, read from StarRocks."""
