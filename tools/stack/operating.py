"""The operations on a stack, by its configuration file."""

from infra.configuration import load_settings
from infra.targets.operations import Operations, operations
from tools.stack.configuration import stack_configuration


def operations_of(stack: str) -> Operations:
    """The operations on a stack.

    Raises:
        SettingsError: the stack has no configuration file, or it has errors.
    """
    return operations(load_settings(stack_configuration(stack)), stack)
