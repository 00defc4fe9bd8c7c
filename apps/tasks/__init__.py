"""The program of DolphinScheduler's tasks: batch jobs, statements, checks, archive, keeper of streaming jobs."""
