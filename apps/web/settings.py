"""Settings of an API, read from the environment."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, ValidationError

IDENTIFIER = r"^[A-Za-z][A-Za-z0-9_]*$"
"""Pattern of names that need no quotes in a statement."""


class SettingsError(ValueError):
    """An environment variable that is missing or wrong; the message names it."""


class Settings(BaseModel):
    """Settings that every API has; each is an environment variable of the same name in capitals.

    The password is read from a file, so that it appears in no environment and on no command line. An API with further
    settings derives a class.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    starrocks_host: str = Field(min_length=1)
    starrocks_port: int = Field(ge=1, le=65535)
    starrocks_database: str = Field(pattern=IDENTIFIER)
    starrocks_user: str = Field(min_length=1)
    starrocks_password_file: FilePath
    starrocks_pool_size: int = Field(default=8, ge=1, le=100)
    """Largest number of connections to StarRocks."""
    starrocks_connect_seconds: float = Field(default=2, gt=0)
    """Time limit for opening a connection, in seconds."""
    starrocks_query_seconds: int = Field(default=15, gt=0)
    """Time limit of a query, in seconds."""
    starrocks_wait_seconds: float = Field(default=5, gt=0)
    """Time limit for waiting for a free connection, in seconds."""
    fresh_within_seconds: float = Field(default=7200, gt=0)
    """Age of the newest event in seconds beyond which the data are stale."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing or wrong; the message names it, its value and what would be right.
        """
        given = {name: environment[name.upper()] for name in cls.model_fields if name.upper() in environment}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            faults = [f"{str(e['loc'][0]).upper()}={given.get(str(e['loc'][0]))!r}: {e['msg']}" for e in error.errors()]
            raise SettingsError("; ".join(faults)) from error
