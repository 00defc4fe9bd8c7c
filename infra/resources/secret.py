"""Generated passwords and keys."""

import secrets
from datetime import UTC, datetime

from pulumi import Output, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, ResourceProvider, UpdateResult

from infra.resources.provider import DynamicResource, Properties

_BYTES = 24


class _RandomSecretProvider(ResourceProvider):
    """Generates a value, and a new one for each rotation. Only the state contains them, encrypted."""

    serialize_as_secret_always = False

    def create(self, _props: Properties) -> CreateResult:
        """Generate 192 random bits, in characters that need no quoting."""
        return CreateResult(secrets.token_hex(8), _generated(created=_now(), previous=""))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Report a value that is older than its rotation, and a predecessor that must be deleted."""
        return DiffResult(changes=_is_due(olds, news) or _is_forgotten(olds, news))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Generate a new value and keep the old one as its predecessor, or delete the predecessor."""
        if _is_due(olds, news):
            # A clock that was set back must not make the new value older than its rotation.
            created = max(_now(), str(news["rotate"]))
            return UpdateResult(_generated(created=created, previous=str(olds["value"])))
        return UpdateResult({key: olds.get(key, "") for key in ("value", "created")} | _predecessor(""))


def _now() -> str:
    """The time in UTC; such texts sort by time."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _generated(*, created: str, previous: str) -> Properties:
    return {"value": secrets.token_urlsafe(_BYTES), "created": created} | _predecessor(previous)


def _predecessor(value: str) -> Properties:
    return {"previous": value, "overlaps": bool(value)}


def _is_due(olds: Properties, news: Properties) -> bool:
    """Whether a rotation began after the value was generated. An old state has no time of generation."""
    rotate = news.get("rotate")
    return isinstance(rotate, str) and str(olds.get("created") or "") < rotate


def _is_forgotten(olds: Properties, news: Properties) -> bool:
    return bool(news.get("forget") and olds.get("previous"))


class RandomSecret(DynamicResource, module="kappastack", name="RandomSecret"):
    """A password or key of 32 characters, with its predecessor while it is rotated.

    Attributes:
        value: the secret.
        previous: its predecessor, which is valid until the rotation ends; empty at any other time.
        created: when the value was generated, in UTC; empty if an older revision generated it.
        overlaps: whether there is a predecessor. This value is not secret, so that commands find unfinished rotations.
    """

    provider = _RandomSecretProvider
    value: Output[str]
    previous: Output[str]
    created: Output[str]
    overlaps: Output[bool]

    def __init__(
        self, name: str, *, rotate: str = "", forget: bool = False, opts: ResourceOptions | None = None
    ) -> None:
        """Declare a secret.

        Args:
            name: name by which services refer to the secret.
            rotate: time of a rotation, in UTC; a value that is older is replaced. Empty for no rotation.
            forget: whether the predecessor is no longer needed.
            opts: resource options.
        """
        outputs = dict.fromkeys(("value", "previous", "created", "overlaps"))
        super().__init__(
            name,
            {**outputs, "rotate": rotate or None, "forget": forget or None},
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["value", "previous"])),
        )

    @property
    def version(self) -> Output[str]:
        """A text that changes with the value, and is no secret."""
        return Output.all(self.id, self.created).apply(lambda known: str(known[1] or known[0]))

    @property
    def accepted(self) -> Output[str]:
        """The value, and on a second line its predecessor while both may be valid; a secret."""
        return Output.all(self.value, self.previous).apply(lambda known: "\n".join(each for each in known if each))
