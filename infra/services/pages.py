"""The pages of the platform that people open in a browser."""

from collections.abc import Mapping

from infra.services import ports

_PAGES = {
    "the page": ports.FRONTEND,
    "Grafana": ports.GRAFANA,
    "the platform's API": ports.PLATFORM_API,
    "Prometheus": ports.PROMETHEUS,
    "Alertmanager": ports.ALERTMANAGER,
    "DolphinScheduler": ports.DOLPHINSCHEDULER,
}
_REFUSED_BY_BROWSERS = frozenset(
    [3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]
)
"""Ports that browsers refuse, within the range of `portOffset`. Source: Fetch Standard (WHATWG), "bad port"."""


def unreachable_pages(offset: int) -> Mapping[str, int]:
    """The pages that browsers refuse to open with this `portOffset`, with their ports."""
    return {name: port + offset for name, port in _PAGES.items() if port + offset in _REFUSED_BY_BROWSERS}
