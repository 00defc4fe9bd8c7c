"""Previews the changes of a revision to a stack as Markdown, from the files alone: without services and secrets."""
