"""Settings of the platform's API."""

from pydantic import Field

from apps.web.settings import Settings as WebSettings

_URL = r"^https?://"


class Settings(WebSettings):
    """Addresses of the services whose state the API shows."""

    zeta_url: str = Field(pattern=_URL)
    """URL of SeaTunnel Zeta's REST interface."""
    prometheus_url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """URL of Prometheus; empty if monitoring is off."""
    alertmanager_url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """URL of Alertmanager; empty if monitoring is off."""
    ingress_hosts: str = ""
    """Host names of the stack's Ingresses, separated by commas; empty without an Ingress."""
    ingress_address: str = ""
    """Address of the Ingress controller; empty if it is that of the host names."""
