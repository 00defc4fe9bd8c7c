"""Reads the facts about a stack that the rules check from the stack's file."""

from infra.configuration import load_settings
from infra.policies.rules import StackFacts
from tools.stack.configuration import stack_configuration


def facts(stack: str) -> StackFacts:
    """Read the facts about a stack.

    Raises:
        SettingsError: the stack has no file, or an invalid one.
    """
    plain = stack_configuration(stack)
    return StackFacts(stack, load_settings(plain, {}), frozenset(plain))
