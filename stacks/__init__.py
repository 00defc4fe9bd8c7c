"""How an environment is put together."""

from infra.settings import Settings, SettingsError


def environment(settings: Settings, stack: str) -> None:
    """Put together the environment of a stack, on the target of its settings.

    Raises:
        SettingsError: the target is not there yet.
    """
    if settings.target != "host":
        raise SettingsError(
            f"kappastack:target {settings.target!r} of stack {stack}: its settings are valid, but this version "
            "can only deploy to target 'host' (stack local)"
        )
    from stacks.local import local  # noqa: PLC0415 # each target brings its own provider packages along

    local(settings, stack)
