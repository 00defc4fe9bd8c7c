"""Settings that the tasks program passes in environment variables."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.shared.starrocks_address import Address, passwords

_DAY = timedelta(days=1)


class SettingsError(ValueError):
    """An environment variable that is missing or wrong; the message names it."""


class Settings(BaseModel):
    """A run of the pipeline; each field is an environment variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True)

    starrocks_host: str
    starrocks_port: int
    starrocks_user: str
    starrocks_password_file: Path
    starrocks_database: str
    pulsar_admin_url: str
    kappastack_run: Annotated[str, Field(min_length=1, max_length=64)]
    kappastack_from: datetime
    kappastack_to: datetime
    kappastack_last_attempt: bool = True

    @property
    def starrocks(self) -> Address:
        """The pipeline's user."""
        password, former = passwords(self.starrocks_password_file)
        return Address(
            self.starrocks_host, self.starrocks_port, self.starrocks_user, password, self.starrocks_database, former
        )

    @property
    def first_day(self) -> date:
        """The first day of the range, UTC."""
        return self.kappastack_from.date()

    @property
    def end_day(self) -> date:
        """The day after the last day that the range touches."""
        return (self.kappastack_to - timedelta(microseconds=1)).date() + _DAY

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing or wrong.
        """
        names = {name: name.upper() for name in cls.model_fields}
        given = {name: environment[variable] for name, variable in names.items() if variable in environment}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            faults = [f"{names[str(one['loc'][0])]}: {one['msg']}" for one in error.errors(include_url=False)]
            raise SettingsError("; ".join(faults)) from None
