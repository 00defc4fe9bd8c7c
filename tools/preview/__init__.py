"""What a revision would change in a stack, as Markdown: from the files alone, without a service and without secrets."""
