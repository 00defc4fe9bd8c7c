"""What the tasks must know of their stack: the file that `KAPPASTACK_TASKS` names."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.tasks.errors import TaskError

VARIABLE = "KAPPASTACK_TASKS"
_LIBRARY = Path(__file__).resolve().parents[2]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZetaAddress(_Model):
    """Where the engine's REST interface is."""

    url: str


class StarRocksAddress(_Model):
    """Where StarRocks speaks MySQL."""

    host: str
    port: int = Field(ge=1, le=65535)


class Product(_Model):
    """A data product.

    Args:
        database: its database in StarRocks.
        retention_months: whole months that its real-time tables keep, besides the current one.
        quality_threshold: completeness below which a station raises an alert, 0 to 1.
        apps: by name, the library folder of an application that its workflows run.
    """

    database: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    retention_months: int = Field(ge=1)
    quality_threshold: float = Field(ge=0, le=1)
    apps: dict[str, str] = Field(default_factory=dict)


class AlertSettings(_Model):
    """Where alerts go: a file that holds a webhook's URL, which is a secret of its own; nowhere if there is none."""

    webhook_file: str | None = None


class TaskSettings(_Model):
    """The stack, as its tasks see it.

    Args:
        users: by StarRocks user, the file with its password.
        placeholders: of job files; secret files among them are named as the engine sees them.
    """

    stack: str
    zeta: ZetaAddress
    starrocks: StarRocksAddress
    users: dict[str, str]
    platform_database: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    placeholders: dict[str, str]
    products: dict[str, Product]
    alerts: AlertSettings = AlertSettings()

    def product(self, name: str) -> Product:
        """A product by name.

        Raises:
            TaskError: there is none of that name.
        """
        if name not in self.products:
            raise TaskError(f"product {name!r} is not in {VARIABLE}; there are {', '.join(sorted(self.products))}")
        return self.products[name]

    def password(self, user: str) -> str:
        """A StarRocks user's password.

        Raises:
            TaskError: the file is not named, or cannot be read.
        """
        if user not in self.users:
            raise TaskError(f"{VARIABLE} names no password file of StarRocks user {user!r}")
        try:
            return Path(self.users[user]).read_text().strip()
        except OSError as error:
            raise TaskError(f"password file of StarRocks user {user!r}: {error.strerror}") from None


def load_settings() -> TaskSettings:
    """Read the file that `KAPPASTACK_TASKS` names.

    Raises:
        TaskError: no such variable or file, or a field that is wrong.
    """
    path = os.environ.get(VARIABLE, "")
    if not path:
        raise TaskError(f"{VARIABLE} is not set: it names the file with the stack's addresses")
    try:
        return TaskSettings.model_validate_json(Path(path).read_text())
    except OSError as error:
        raise TaskError(f"{VARIABLE}: {path}: {error.strerror}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise TaskError(f"{path}: {faults}") from None


def product_files() -> Path:
    """The folder that holds `seatunnel/<product>` and `sql/<product>`: beside the library, or the repository itself."""
    shipped = _LIBRARY.parent / "products"
    return shipped if _LIBRARY.name == "lib" and shipped.is_dir() else _LIBRARY
