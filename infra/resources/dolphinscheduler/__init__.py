"""Objects of DolphinScheduler: metadata, projects, workflows, alerts."""
