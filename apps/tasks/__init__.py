"""What DolphinScheduler's tasks run: batch jobs, statements, checks, the archive, and the keeper of streaming jobs."""
