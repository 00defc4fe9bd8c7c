"""Objects inside running services as Pulumi dynamic resources with preview, diff, refresh and delete."""
