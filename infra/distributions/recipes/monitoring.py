"""Prometheus, Alertmanager and their exporters from Debian packages, on targets without images."""

from infra.distributions.recipes.debian import DebianPrograms
from infra.versions import ALERTMANAGER_OLDEST, NODE_EXPORTER_OLDEST, POSTGRES_EXPORTER_OLDEST, PROMETHEUS_OLDEST

PROMETHEUS = DebianPrograms(
    "prometheus",
    PROMETHEUS_OLDEST,
    programs={"prometheus": "prometheus", "promtool": "promtool"},
    packages=(
        "prometheus",
        # Scripts and styles of Prometheus' pages.
        *("fonts-glyphicons-halflings", "libjs-bootstrap4", "libjs-d3", "libjs-eonasdan-bootstrap-datetimepicker"),
        *("libjs-jquery", "libjs-jquery-hotkeys", "libjs-moment", "libjs-moment-timezone", "libjs-mustache"),
        *("libjs-popper.js", "libjs-rickshaw"),
    ),
    shared={"usr/share/prometheus/web": "web"},
    # In Debian, the web pages are separate files; the upstream program contains them.
    options=("--web.local-assets=@{dist}/web/",),
)

ALERTMANAGER = DebianPrograms(
    "alertmanager",
    ALERTMANAGER_OLDEST,
    programs={"alertmanager": "prometheus-alertmanager", "amtool": "amtool"},
    packages=("prometheus-alertmanager",),
    # Alertmanager's message templates.
    compiled_in="/usr/share/prometheus/alertmanager",
)

NODE_EXPORTER = DebianPrograms(
    "node_exporter",
    NODE_EXPORTER_OLDEST,
    programs={"node_exporter": "prometheus-node-exporter"},
    packages=("prometheus-node-exporter",),
)

POSTGRES_EXPORTER = DebianPrograms(
    "postgres_exporter",
    POSTGRES_EXPORTER_OLDEST,
    programs={"postgres_exporter": "prometheus-postgres-exporter"},
    packages=("prometheus-postgres-exporter",),
)

ALL = (PROMETHEUS, ALERTMANAGER, NODE_EXPORTER, POSTGRES_EXPORTER)
