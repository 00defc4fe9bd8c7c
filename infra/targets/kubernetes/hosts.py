"""Host names of services for users: checks of `kappastack:kubernetes.ingress.hosts`."""

from collections.abc import Iterable, Mapping

from infra.services.model import Service
from infra.settings_base import SettingsError

_KEY = "kappastack:kubernetes.ingress.hosts"


def user_port(service: Service) -> str:
    """The name of the port that users of a service connect to.

    Raises:
        SettingsError: the service has no HTTP port, or several.
    """
    ports = [name for name, port in service.ports.items() if port.scheme == "http" and not port.internal]
    if len(ports) != 1:
        raise SettingsError(
            f"{_KEY}.{service.name}: the service has {len(ports)} HTTP ports for users; name a service with exactly "
            "one, such as frontend"
        )
    return ports[0]


def refuse_unknown(hosts: Mapping[str, str], services: Iterable[str]) -> None:
    """Check that each host name belongs to a service.

    Raises:
        SettingsError: a service is unknown; the message names the unknown services and the stack's services.
    """
    known = sorted(services)
    if unknown := sorted(set(hosts) - set(known)):
        raise SettingsError(f"{_KEY}: unknown services {', '.join(unknown)}; the services are {', '.join(known)}")
