"""The settings of the tasks, from the file that `KAPPASTACK_TASKS` names."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.shared.starrocks_address import passwords
from apps.tasks.errors import InvalidInput

VARIABLE = "KAPPASTACK_TASKS"
PLATFORM = "platform"
"""The product name of the platform's own workflows."""

SCHEDULER = "scheduler"
"""The product's user for statements and the archive."""

_LIBRARY = Path(__file__).resolve().parents[2]
_IDENTIFIER = r"^[a-z][a-z0-9_]*$"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZetaAddress(_Model):
    """Address of the engine's REST interface."""

    url: str


class StarRocksAddress(_Model):
    """Address of StarRocks' MySQL protocol."""

    host: str
    port: int = Field(ge=1, le=65535)


class User(_Model):
    """A user of StarRocks and the file with its password."""

    user: str = Field(min_length=1)
    password_file: str = Field(min_length=1)

    def passwords(self) -> tuple[str, str]:
        """The password, and the former one while it is rotated.

        Raises:
            InvalidInput: the file cannot be read.
        """
        try:
            return passwords(Path(self.password_file))
        except OSError as error:
            raise InvalidInput(f"password file of StarRocks user {self.user!r}: {error.strerror}") from None


class Platform(User):
    """The platform's database and its user."""

    database: str = Field(pattern=_IDENTIFIER)


class Product(_Model):
    """A data product.

    Args:
        databases: StarRocks databases; statements run in the first.
        users: StarRocks users by name without the product's prefix.
        parameters: parameters of its workflows, such as `retention_months`, and placeholders of its statements and
            jobs.
        programs: PYTHONPATH of each program that its workflows run, by name.
    """

    databases: tuple[str, ...] = Field(min_length=1)
    users: dict[str, User] = Field(default_factory=dict)
    parameters: dict[str, int | float | str] = Field(default_factory=dict)
    programs: dict[str, str] = Field(default_factory=dict)

    @property
    def database(self) -> str:
        """The first database."""
        return self.databases[0]

    def user(self, name: str) -> User:
        """A user by its name without the product's prefix.

        Raises:
            InvalidInput: the settings have no such user.
        """
        if name not in self.users:
            raise InvalidInput(f"{VARIABLE} has no StarRocks user {name!r}; it has {_names(self.users)}")
        return self.users[name]

    def whole_number(self, parameter: str, *, least: int) -> int:
        """A parameter that is a whole number.

        Raises:
            InvalidInput: the parameter is missing or not a whole number.
        """
        value = self.parameters.get(parameter)
        if not isinstance(value, int) or value < least:
            raise InvalidInput(f"parameter {parameter} is {value!r}, expected a whole number from {least}")
        return value

    @property
    def placeholders(self) -> dict[str, str]:
        """Values of the product's own placeholders in its statements and jobs."""
        return {name: str(value) for name, value in self.parameters.items()}


class AlertSettings(_Model):
    """The destination of alerts.

    Args:
        alertmanager: URL of Alertmanager; None in a stack without monitoring.
        webhook_file: file with the URL of the webhook, which is a secret; None without a webhook.
    """

    alertmanager: str | None = None
    webhook_file: str | None = None


class TaskSettings(_Model):
    """The settings of the stack for its tasks.

    Args:
        stack: name of the stack.
        zeta: address of the engine.
        starrocks: address of StarRocks.
        platform: database and user of the platform.
        placeholders: values of the placeholders in job files; paths of secret files are those on the engine's nodes.
        products: products by name.
        alerts: destination of alerts.
    """

    stack: str
    zeta: ZetaAddress
    starrocks: StarRocksAddress
    platform: Platform
    placeholders: dict[str, str]
    products: dict[str, Product]
    alerts: AlertSettings = AlertSettings()

    def product(self, name: str) -> Product:
        """A product by name.

        Raises:
            InvalidInput: the settings have no such product.
        """
        if name not in self.products:
            raise InvalidInput(f"product {name!r} is not in {VARIABLE}; it has {_names(self.products)}")
        return self.products[name]


def _names(known: dict[str, User] | dict[str, Product]) -> str:
    return ", ".join(sorted(known)) or "none"


def load_settings() -> TaskSettings:
    """Read the file that `KAPPASTACK_TASKS` names.

    Raises:
        InvalidInput: the variable or the file is missing, or a field is invalid.
    """
    path = os.environ.get(VARIABLE, "")
    if not path:
        raise InvalidInput(f"{VARIABLE} is not set: it names the file with the stack's addresses")
    try:
        return TaskSettings.model_validate_json(Path(path).read_text())
    except OSError as error:
        raise InvalidInput(f"{VARIABLE}: {path}: {error.strerror}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InvalidInput(f"{path}: {faults}") from None


def product_files() -> Path:
    """The folder with `seatunnel/<product>` and `sql/<product>`: beside the library, or the repository itself."""
    shipped = _LIBRARY.parent / "products"
    return shipped if _LIBRARY.name == "lib" and shipped.is_dir() else _LIBRARY
