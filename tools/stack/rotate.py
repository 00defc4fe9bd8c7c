"""`rotate`: replaces generated secrets while the stack runs."""

from difflib import get_close_matches

from rich.console import Console

from infra import rotation
from infra.resources import connections
from infra.resources.connections import Connections
from infra.rotation import Rotation
from infra.services import pulsar_roles
from infra.services.grafana import ADMIN_SECRET as GRAFANA_SECRET
from infra.settings import SettingsError
from tools.stack.deployment import deploy, prepare
from tools.stack.pulumi import Stack, StackError

console = Console(soft_wrap=True, highlight=False)
_ALL = "all"


def rotate(stack: Stack, wanted: str, *, keep_old: bool = False) -> int:
    """Replace a secret, or all of them, and end the validity of the old ones; return exit status 0 if it succeeded.

    A rotation that did not end is completed first.

    Args:
        stack: the stack, which must run.
        wanted: name of a secret, or `all`. A token of Pulsar stands for the key that signs all tokens. Empty: only
            complete a rotation that did not end.
        keep_old: whether the old secrets stay valid until the next call without a name.

    Raises:
        ConnectionsMissing: the stack is not deployed here.
        StackError: an older revision deployed the stack.
        SettingsError: there is no such secret; the message has the nearest names. Or the old values of other secrets
            are kept.
        RotationError: the record of an interrupted rotation is damaged.
    """
    known = connections.load(stack.name, wait=0)
    if not known.created:
        raise StackError(
            f"an older revision deployed stack {stack.name}: run `make up{stack.suffix}`, then repeat this command"
        )
    begun = rotation.load(stack.name)
    unfinished = begun is not None or bool(known.previous)
    names = () if unfinished and not wanted else chosen(wanted, known)
    if begun is not None and begun.keep_old and names:
        if not keep_old or set(names) != set(begun.secrets):
            raise SettingsError(
                f"SECRET={wanted}: the old values of {', '.join(begun.secrets)} are still valid. "
                f"End them by `make rotate{stack.suffix}` without SECRET, then repeat this command"
            )
        # Completing the first attempt would end the old secrets, which the command keeps.
        prepare(stack)
        return deploy(stack)
    prepare(stack)
    if unfinished or stack.has_former_secrets():
        console.print("An earlier rotation did not end; completing it.")
        if (status := deploy(stack, complete=True)) != 0:
            return status
    if names:
        Rotation.now(names, keep_old=keep_old).save(stack.name)
        console.print(f"Rotating {', '.join(names)}.")
        if (status := deploy(stack)) != 0 or keep_old:
            return status
    console.print(f"The new secrets are valid, the old ones are not. `make credentials{stack.suffix}` lists them.")
    return 0


def chosen(wanted: str, known: Connections) -> tuple[str, ...]:
    """The generated secrets that a name stands for.

    Raises:
        SettingsError: there is no such secret; the message has the nearest names.
    """
    generated = sorted(known.created.keys() - {GRAFANA_SECRET})
    tokens = sorted(name for name in known.secrets if pulsar_roles.is_token(name))
    if wanted == _ALL:
        return tuple(generated)
    if wanted in generated:
        return (wanted,)
    if wanted in tokens:
        console.print(f"{wanted} is signed with {pulsar_roles.TOKEN_KEY}, whose rotation replaces every token.")
        return (pulsar_roles.TOKEN_KEY,)
    if wanted == GRAFANA_SECRET:
        raise SettingsError(f"SECRET={wanted}: Grafana keeps the password of its first start; change it in Grafana")
    if not wanted:
        raise SettingsError(f"SECRET=… is missing: name one of {', '.join([_ALL, *generated, *tokens])}")
    if wanted in known.secrets:
        raise SettingsError(f"SECRET={wanted} is not generated: set its new value in the stack's configuration")
    raise SettingsError(f"SECRET={wanted} does not exist; {_hint(wanted, [_ALL, *generated, *tokens])}")


def _hint(wanted: str, names: list[str]) -> str:
    near = get_close_matches(wanted, names, n=3)
    return f"the nearest names are {', '.join(near)}" if near else f"there are {', '.join(names)}"
