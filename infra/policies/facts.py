"""Reads the facts about a stack that the rules check from the stack's file."""

from infra.configuration import load_settings
from infra.policies.rules import StackFacts
from tools.stack.configuration import plain_configuration, stack_configuration


def facts(stack: str) -> StackFacts:
    """Read the facts about a stack.

    Raises:
        SettingsError: the stack has no file, or an invalid one.
    """
    return StackFacts(stack, load_settings(stack_configuration(stack), {}), frozenset(plain_configuration(stack)))
