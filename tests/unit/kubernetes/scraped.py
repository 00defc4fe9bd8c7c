"""What the Prometheus of a rendered stack collects."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from pydantic import BaseModel, ConfigDict

from tests.unit.kubernetes.rendered import Rendered, at


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Static(_Model):
    """Targets with known addresses."""

    targets: list[str]
    labels: dict[str, str]


class Lookup(_Model):
    """Targets that are the DNS records of some names."""

    names: list[str]
    type: str
    port: int
    refresh_interval: str


class Relabeling(_Model):
    """A label of targets with a given source label."""

    source_labels: list[str]
    regex: str
    target_label: str = ""
    replacement: str = ""
    action: str = "replace"


class Scrape(_Model):
    """A job of Prometheus."""

    job_name: str
    metrics_path: str
    static_configs: list[Static] = []
    dns_sd_configs: list[Lookup] = []
    relabel_configs: list[Relabeling] = []
    metric_relabel_configs: list[Relabeling] = []


class _Configuration(BaseModel):
    scrape_configs: list[Scrape]


class _Rule(_Model):
    record: str
    expr: str
    labels: dict[str, str]


class _Group(_Model):
    name: str
    rules: list[_Rule]


class _Groups(_Model):
    groups: list[_Group]


@dataclass(frozen=True)
class Target:
    """A target.

    Args:
        job: label `job`.
        service: label `service`.
        host: host name of the process, or the name to look up.
        port: number of the port.
        looked_up: whether the name has a DNS record for each process.
    """

    job: str
    service: str
    host: str
    port: int
    looked_up: bool


def files(rendered: Rendered) -> dict[str, str]:
    """The files of Prometheus."""
    [found] = [each for name, each in rendered.of_kind("ConfigMap").items() if name.startswith("prometheus-")]
    data = at(found, "data")
    assert isinstance(data, dict)
    return {name: str(text) for name, text in data.items()}


def scrapes(rendered: Rendered) -> list[Scrape]:
    """The jobs of Prometheus."""
    return _Configuration.model_validate(yaml.safe_load(files(rendered)["prometheus.yml"])).scrape_configs


def targets(rendered: Rendered) -> list[Target]:
    """All targets of Prometheus."""
    return [target for scrape in scrapes(rendered) for target in _targets(scrape)]


def _targets(scrape: Scrape) -> Iterator[Target]:
    for each in scrape.static_configs:
        for host, port in (address.rsplit(":", 1) for address in each.targets):
            yield Target(scrape.job_name, each.labels["service"], host, int(port), looked_up=False)
    for lookup, label in zip(scrape.dns_sd_configs, scrape.relabel_configs, strict=True):
        assert (label.source_labels, label.target_label) == (["__meta_dns_name"], "service")
        [name] = lookup.names
        assert label.regex.replace("\\", "") == name
        yield Target(scrape.job_name, label.replacement, name, lookup.port, looked_up=True)


def wanted(rendered: Rendered) -> dict[str, str]:
    """The recorded number of processes, by service."""
    [group] = _Groups.model_validate(yaml.safe_load(files(rendered)["rules-processes.yml"])).groups
    return {rule.labels["service"]: rule.expr for rule in group.rules}
