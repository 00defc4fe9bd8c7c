"""The file with a stack's generated secrets, from which resources inside services read them.

It is written before any service, unlike `connections.json`: the resource that sets PostgreSQL's passwords runs before
the servers that use them.
"""

from collections.abc import Mapping

from pulumi import Input, Output, ResourceOptions
from pydantic import BaseModel, ConfigDict

from apps.shared.files import write_private
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.secret import RandomSecret
from infra.state import StackState


class StoredSecrets(BaseModel):
    """Secrets by name.

    Args:
        secrets: the values.
        previous: predecessors of secrets that are being rotated.
        created: when generated secrets were generated, in UTC; empty if an older revision generated them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: dict[str, str]
    previous: dict[str, str]
    created: dict[str, str]


def stored(stack: str) -> StoredSecrets | None:
    """The secrets of a stack; None while the file is missing.

    Raises:
        ValidationError: the file is damaged.
    """
    try:
        return StoredSecrets.model_validate_json(StackState(stack).secrets.read_text())
    except FileNotFoundError:
        return None


class SecretsInputs(Inputs):
    """The content of `secrets.json`; see `StoredSecrets`."""

    stack: str
    secrets: dict[str, str]
    previous: dict[str, str]
    created: dict[str, str]

    def document(self) -> str:
        """The text of the file."""
        return self.model_dump_json(indent=2, exclude={"stack"}) + "\n"


class SecretsProvider(Provider[SecretsInputs]):
    """Writes `secrets.json`."""

    model = SecretsInputs
    replace_on = ("stack",)

    def identity(self, inputs: SecretsInputs) -> str:
        """One file per stack."""
        return f"{inputs.stack}/secrets"

    def apply(self, inputs: SecretsInputs, previous: SecretsInputs | None) -> None:
        """Write the file."""
        write_private(StackState(inputs.stack).secrets, inputs.document())

    def find_drift(self, inputs: SecretsInputs) -> list[str]:
        """Write a missing or different file and report no drift: other resources need the file during the refresh."""
        path = StackState(inputs.stack).secrets
        if not path.exists() or path.read_text() != inputs.document():
            self.apply(inputs, None)
        return []

    def remove(self, inputs: SecretsInputs) -> None:
        """Delete the file, and the record of a rotation."""
        StackState(inputs.stack).secrets.unlink(missing_ok=True)
        StackState(inputs.stack).rotation.unlink(missing_ok=True)


class SecretsFile(DynamicResource, module="kappastack", name="Secrets"):
    """The file `secrets.json` of a stack."""

    provider = SecretsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        generated: Mapping[str, RandomSecret],
        values: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`generated` are the random secrets, `values` all secrets, by name."""
        super().__init__(
            name,
            {
                "stack": stack,
                "secrets": dict(values),
                "previous": Output.all(**{name: each.previous for name, each in generated.items()}).apply(_present),
                "created": {name: each.created.apply(lambda text: text or "") for name, each in generated.items()},
            },
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["secrets", "previous"])),
        )


def _present(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
