"""Generated passwords."""

import secrets

from pulumi import Output, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, ResourceProvider

from infra.resources.provider import DynamicResource, Properties

_BYTES = 24


class _RandomSecretProvider(ResourceProvider):
    """Generates a value once. Only the state contains it, encrypted."""

    serialize_as_secret_always = False

    def create(self, _props: Properties) -> CreateResult:
        """Generate 192 random bits, in characters that need no quoting."""
        return CreateResult(secrets.token_hex(8), {"value": secrets.token_urlsafe(_BYTES)})

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """Report no change: only a replacement of the resource rotates the secret."""
        return DiffResult(changes=False)


class RandomSecret(DynamicResource, module="kappastack", name="RandomSecret"):
    """A password or token of 32 characters. `pulumi up --replace URN` rotates it."""

    provider = _RandomSecretProvider
    value: Output[str]

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        """`name` is the name by which services refer to the secret."""
        super().__init__(
            name,
            {"value": None},
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["value"])),
        )
