"""Settings of the platform's API."""

from pydantic import Field

from apps.web.settings import Settings as WebSettings

_URL = r"^https?://"


class Settings(WebSettings):
    """Where the parts of the platform are whose state the API shows."""

    zeta_url: str = Field(pattern=_URL)
    """REST interface of SeaTunnel Zeta."""
    prometheus_url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """Prometheus; empty if monitoring is off."""
    alertmanager_url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """Alertmanager; empty if monitoring is off."""
