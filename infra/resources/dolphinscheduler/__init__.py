"""What is inside DolphinScheduler: its metadata, projects, workflows, alerts."""
