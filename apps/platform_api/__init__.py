"""The HTTP API of the platform: the state of its workflows and streaming jobs, read from StarRocks."""
