"""The stacks of the repository, without those that other tests create and delete at the same time."""

from tools.stack.configuration import stacks

TRACKED_STACKS = tuple(name for name in stacks() if not name.startswith("test-"))
