"""The rotation of a stack's secrets that is under way.

It is recorded in a file of the stack before it begins. The Pulumi program reads the file, so each deployment continues
the rotation where it was interrupted.
"""

from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from apps.shared.files import write_private
from infra.state import StackState


class RotationError(Exception):
    """The record of a rotation is damaged; the message has the remedy."""


class Rotation(BaseModel):
    """A rotation.

    Args:
        secrets: names of the secrets that get a new value.
        begun: when it began, in UTC. Secrets that were generated later have their new value.
        forget: whether every service has the new values, so that the old ones are removed.
        keep_old: whether the old values stay valid until the next `make rotate`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: tuple[str, ...]
    begun: str
    forget: bool = False
    keep_old: bool = False

    @classmethod
    def now(cls, secrets: tuple[str, ...], *, forget: bool = False, keep_old: bool = False) -> Self:
        """A rotation that begins now."""
        begun = datetime.now(UTC).isoformat(timespec="microseconds")
        return cls(secrets=secrets, begun=begun, forget=forget, keep_old=keep_old)

    def save(self, stack: str) -> None:
        """Write the record of the stack."""
        write_private(StackState(stack).rotation, self.model_dump_json() + "\n")


def load(stack: str) -> Rotation | None:
    """The rotation of a stack that is under way, None if there is none.

    Raises:
        RotationError: its file is damaged.
    """
    path = StackState(stack).rotation
    try:
        return Rotation.model_validate_json(path.read_text())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise RotationError(
            f"{path} is damaged: remove it, then run `make rotate SECRET=… STACK={stack}` again"
        ) from None


def end(stack: str) -> None:
    """Remove the record of a rotation that is complete."""
    StackState(stack).rotation.unlink(missing_ok=True)
