"""What several programs share: polling, StarRocks, files, placeholders, streaming jobs. It needs nothing of Pulumi."""
