"""What the API must be told by its environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, ValidationError


class SettingsError(ValueError):
    """An environment variable that is missing or wrong; the message names it."""


class Settings(BaseModel):
    """Settings of the API, each an environment variable of the same name in capitals.

    The password is read from a file, so that it is in no environment and no command line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    starrocks_host: str = Field(min_length=1)
    starrocks_port: int = Field(ge=1, le=65535)
    starrocks_database: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    platform_database: str = Field(default="kappastack", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    """Database of pipeline_steps and streaming_jobs."""
    starrocks_user: str = Field(min_length=1)
    starrocks_password_file: FilePath
    queries_dir: Annotated[Path, Field(description="folder of aqi_hourly.sql")]
    starrocks_pool_size: int = Field(default=8, ge=1, le=100)
    """Connections to StarRocks at most."""
    starrocks_connect_seconds: float = Field(default=2, gt=0)
    """How long opening a connection may take, s."""
    starrocks_query_seconds: int = Field(default=15, gt=0)
    """How long a query may take, s."""
    starrocks_wait_seconds: float = Field(default=5, gt=0)
    """How long a request may wait for a free connection, s."""
    fresh_within_seconds: float = Field(default=7200, gt=0)
    """Age of the newest measurement, s, from which on the data count as stale; stations publish at least hourly."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    def password(self) -> SecretStr:
        """The password of `starrocks_user`, without the line end of its file."""
        return SecretStr(self.starrocks_password_file.read_text(encoding="utf-8").rstrip("\r\n"))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsError: a variable is missing or wrong; the message names it, its value and what would be right.
        """
        given = {name: environment[name.upper()] for name in cls.model_fields if name.upper() in environment}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            faults = [f"{str(e['loc'][0]).upper()}={given.get(str(e['loc'][0]))!r}: {e['msg']}" for e in error.errors()]
            raise SettingsError("; ".join(faults)) from error
        if not (settings.queries_dir / "aqi_hourly.sql").is_file():
            raise SettingsError(
                f"QUERIES_DIR={str(settings.queries_dir)!r}: should be the folder that has aqi_hourly.sql"
            )
        return settings
