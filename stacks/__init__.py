"""How an environment is put together."""

from infra.settings import Settings, SettingsError


def environment(settings: Settings, stack: str) -> None:
    """Put together the environment of a stack, on the target of its settings.

    Raises:
        SettingsError: the target is not there yet.
    """
    # Each target brings its own provider packages along.
    if settings.target == "host":
        from stacks.local import local  # noqa: PLC0415

        local(settings, stack)
    elif settings.target == "docker":
        from stacks.dev import dev  # noqa: PLC0415

        dev(settings, stack)
    else:
        raise SettingsError(
            f"kappastack:target {settings.target!r} of stack {stack}: its settings are valid, but this version "
            "can only deploy to the targets 'host' (stack local) and 'docker' (stack dev)"
        )
