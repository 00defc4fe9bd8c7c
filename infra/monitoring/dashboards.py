"""The dashboards of `monitoring/dashboards/`, and the JSON that Grafana reads.

`monitoring/dashboards/platform/` contains the platform's dashboards, `monitoring/dashboards/NAME/` those of a product.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import yaml
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra import platform
from infra.settings import PROJECT, ROOT

DASHBOARDS = ROOT / "monitoring" / "dashboards"
SOURCE = "prometheus"
"""Identifier of the data source in Grafana."""
_COLUMNS = 24
"""Width of a dashboard in Grafana's grid."""
_HEIGHTS = {"stat": 4, "timeseries": 8, "table": 8}

_Builder = timeseries.Panel | stat.Panel | table.Panel


class DashboardError(ValueError):
    """An invalid dashboard; the message names the file, the field and what is expected."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(_Model):
    """A query of a panel: an expression of Prometheus, and the name of its series in Grafana's template language."""

    expr: str
    legend: str = ""


class Panel(_Model):
    """A panel.

    Attributes:
        title: the quantity shown, or a question that the panel answers.
        kind: type of the chart.
        unit: Grafana's identifier of the unit, such as `s`, `bytes` or `percentunit`.
        width: columns of 24.
        queries: the series shown.
    """

    title: str
    kind: Literal["timeseries", "stat", "table"] = "timeseries"
    unit: str = "short"
    width: int = Field(12, ge=3, le=_COLUMNS)
    queries: tuple[Query, ...] = Field(min_length=1)


class Dashboard(_Model):
    """A dashboard; its panels fill rows from the left."""

    title: str
    description: str
    panels: tuple[Panel, ...] = Field(min_length=1)


def read(path: Path) -> Dashboard:
    """Read a file.

    Raises:
        DashboardError: the file is not YAML, or a field is wrong.
    """
    try:
        return Dashboard.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as error:
        raise DashboardError(f"{path}: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False)]
        raise DashboardError(f"{path}: {'; '.join(lines)}") from error


def dashboards(owners: Iterable[str]) -> dict[str, Dashboard]:
    """The dashboards of the platform and of these products, by `OWNER-FILE`, which identifies them in Grafana."""
    return {
        f"{owner}-{path.stem}": read(path)
        for owner in (platform.NAME, *owners)
        for path in sorted((DASHBOARDS / owner).glob("*.yaml"))
    }


def render(identifier: str, dashboard: Dashboard) -> str:
    """The dashboard as JSON for Grafana."""
    built = (
        builders.Dashboard(dashboard.title)
        .uid(identifier)
        .description(dashboard.description)
        .tags([PROJECT, identifier.split("-", 1)[0]])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("browser")
    )
    for panel, x, y in _placed(dashboard.panels):
        built = built.with_panel(_panel(panel, x, y))
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def _placed(panels: Iterable[Panel]) -> Iterator[tuple[Panel, int, int]]:
    """The panels with their positions in the grid."""
    x = y = height = 0
    for panel in panels:
        if x + panel.width > _COLUMNS:
            x, y, height = 0, y + height, 0
        yield panel, x, y
        x += panel.width
        height = max(height, _HEIGHTS[panel.kind])


def _panel(panel: Panel, x: int, y: int) -> _Builder:
    built: _Builder
    match panel.kind:
        case "timeseries":
            built = timeseries.Panel()
        case "stat":
            built = stat.Panel()
        case "table":
            built = table.Panel()
    built.title(panel.title).unit(panel.unit).datasource(DataSourceRef(type_val="prometheus", uid=SOURCE))
    built.grid_pos(GridPos(h=_HEIGHTS[panel.kind], w=panel.width, x=x, y=y))
    for number, query in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(chr(ord("A") + number))
        built.with_target(target.instant() if panel.kind == "table" else target)
    return built
