"""A client of Prometheus and Alertmanager, for reading only."""

from datetime import datetime
from math import isfinite
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

_SECONDS = 3.0


class MonitoringUnavailable(Exception):
    """Prometheus or Alertmanager does not respond, or its response is invalid; the message contains the reason."""


class Sample(BaseModel):
    """A series of an instant query: its labels and its value."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    labels: dict[str, str] = Field(alias="metric")
    at: tuple[float, str] = Field(alias="value")

    @property
    def value(self) -> float | None:
        """The value; None if it is not a number, such as after a division by zero."""
        number = float(self.at[1])
        return number if isfinite(number) else None


class _Vector(BaseModel):
    model_config = ConfigDict(extra="ignore")

    result: list[Sample]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: _Vector


class Firing(BaseModel):
    """An active alert of Alertmanager."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    started_at: datetime = Field(alias="startsAt")


_FIRING = TypeAdapter(list[Firing])


class Monitoring:
    """The stack's Prometheus and Alertmanager. Proxy settings of the environment are ignored."""

    def __init__(self, prometheus: str, alertmanager: str) -> None:
        """`prometheus` and `alertmanager` are URLs."""
        self._prometheus = prometheus.rstrip("/")
        self._alertmanager = alertmanager.rstrip("/")
        self._opener = build_opener(ProxyHandler({}))

    def query(self, expression: str) -> list[Sample]:
        """The current series of an expression.

        Raises:
            MonitoringUnavailable: Prometheus cannot be read.
        """
        text = self._get("Prometheus", f"{self._prometheus}/api/v1/query?{urlencode({'query': expression})}")
        try:
            return _Answer.model_validate_json(text).data.result
        except ValidationError as error:
            raise MonitoringUnavailable(
                f"Prometheus returned an invalid response: {error.errors()[0]['msg']}"
            ) from error

    def firing(self) -> list[Firing]:
        """Active alerts that are neither silenced nor inhibited.

        Raises:
            MonitoringUnavailable: Alertmanager cannot be read.
        """
        parameters = urlencode({"active": "true", "silenced": "false", "inhibited": "false"})
        text = self._get("Alertmanager", f"{self._alertmanager}/api/v2/alerts?{parameters}")
        try:
            return _FIRING.validate_json(text)
        except ValidationError as error:
            raise MonitoringUnavailable(
                f"Alertmanager returned an invalid response: {error.errors()[0]['msg']}"
            ) from error

    def _get(self, program: str, url: str) -> str:
        try:
            with self._opener.open(url, timeout=_SECONDS) as answer:
                text: str = answer.read().decode()
        except (URLError, OSError, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise MonitoringUnavailable(f"{program} does not respond: {reason}") from None
        return text
