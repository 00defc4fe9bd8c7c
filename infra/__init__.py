"""The platform as code: its services, the targets that run them, and the objects inside them."""
