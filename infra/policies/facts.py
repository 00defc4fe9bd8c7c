"""What the rules know of a stack, from its file."""

from infra.configuration import load_settings
from infra.policies.rules import StackFacts
from tools.stack.configuration import stack_configuration


def facts(stack: str) -> StackFacts:
    """Read them.

    Raises:
        SettingsError: the stack has no file, or an invalid one.
    """
    plain = stack_configuration(stack)
    return StackFacts(stack, load_settings(plain, {}), frozenset(plain))
