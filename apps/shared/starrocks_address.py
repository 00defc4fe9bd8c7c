"""The user of a StarRocks server, and the file with its password."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from apps.shared.polling import Pending, poll

_REPLACED_SECONDS = 1.0


@dataclass(frozen=True)
class Address:
    """A user of a StarRocks server.

    Args:
        host: name or IP address of a frontend.
        port: port of the MySQL protocol.
        user: name of the user.
        password: password; empty for none.
        database: current database; empty for none.
        former: password that is tried if the other one is refused, while the user's password is rotated; empty for
            none.
    """

    host: str
    port: int
    user: str
    password: str
    database: str = ""
    former: str = ""

    def __str__(self) -> str:
        """The address as text for messages, without the password."""
        return f"StarRocks at {self.host}:{self.port}, user {self.user}"

    def __repr__(self) -> str:
        """The same as `str`, so that no traceback contains a password."""
        return f"<{self}>"


def passwords(path: Path) -> tuple[str, str]:
    """The password in a file, and the former one on its second line while the password is rotated; empty for none.

    The Docker Engine does not replace a file at once: it removes the old file and then writes the new one. Therefore a
    missing or empty file is read again for a second.

    Raises:
        OSError: the file cannot be read.
    """

    def look() -> str | Pending:
        with suppress(FileNotFoundError):
            if text := path.read_text(encoding="utf-8"):
                return text
        return Pending("it is missing or empty")

    try:
        text = poll(look, within=_REPLACED_SECONDS, what=str(path), pause=0.02)
    except TimeoutError:
        text = path.read_text(encoding="utf-8")
    password, former, *_ = [*text.splitlines(), "", ""]
    return password, former
