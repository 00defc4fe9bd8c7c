"""What is inside a running service: Pulumi dynamic resources with preview, diff, refresh and delete."""
