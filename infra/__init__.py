"""The platform as code: what runs, where it runs, and what is inside."""
