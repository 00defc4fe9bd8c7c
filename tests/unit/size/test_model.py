"""The sizing model: bounds, monotonicity, limits, and settings that the platform accepts."""

import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from infra.configuration import load_settings
from infra.services.pulsar import MAX_MESSAGE_BYTES
from infra.settings import ROOT, IngestSettings, PulsarSettings, mebibytes, millicores
from tests.unit.kubernetes.rendered import CLUSTER
from tests.unit.kubernetes.rendered import settings as kubernetes
from tools.size import constants
from tools.size.constants import Figure
from tools.size.model import (
    LARGEST_EVENT,
    MOST_BACKENDS,
    MOST_BOOKIES,
    MOST_BROKERS,
    MOST_PARALLELISM,
    MOST_PROXIES,
    Load,
    LoadError,
    limits,
    one_machine,
    plan,
)
from tools.size.presets import LOADS
from tools.size.report import lines, settings

SMALL = Load(100, 271, 1000, 13)
RATES = (1, 100, 5_000, 50_000, 1_000_000)


@pytest.mark.parametrize("rate", RATES)
def test_a_plan_tolerates_the_loss_of_a_server(rate: float) -> None:
    found = plan(replace(SMALL, events_per_second=rate))
    assert min(found.brokers, found.proxies) >= 2
    assert min(found.bookies, found.zeta_nodes, found.backends) >= 3
    assert found.partitions >= found.parallelism
    assert found.partitions % found.brokers == 0


@pytest.mark.parametrize("field", ["events_per_second", "event_bytes", "retention_months"])
def test_a_greater_load_never_needs_fewer_resources(field: str) -> None:
    values = {"events_per_second": RATES, "event_bytes": (50, 250, 5000), "retention_months": (1, 13, 60)}[field]
    plans = [plan(replace(SMALL, **{field: value})) for value in values]
    for below, above in itertools.pairwise(plans):
        assert below.storage_gib <= above.storage_gib
        assert below.cores <= above.cores
        assert below.partitions <= above.partitions


def test_the_lowest_limit_is_listed_first() -> None:
    found = [limit.events_per_second for limit in limits(SMALL)]
    assert found == sorted(found)
    assert len(found) == 5
    many = limits(replace(SMALL, sources=1_000_000))
    assert many[0].what.startswith("Pulsar: pulsar.proxies")


def test_a_machine_with_more_cores_accepts_a_greater_load() -> None:
    assert 0 < one_machine(2) < one_machine(8)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"events_per_second": 0}, "EVENTS_PER_SECOND=0: must be more than 0"),
        ({"sources": -1}, "SOURCES=-1: must be more than 0"),
        ({"event_bytes": 600_000}, "EVENT_BYTES=600000: the broker accepts at most 524288"),
    ],
)
def test_an_impossible_load_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(LoadError, match=message):
        replace(SMALL, **wrong)


def test_bounds_of_the_model_are_those_of_the_platform() -> None:
    pulsar = PulsarSettings.model_json_schema()["properties"]
    assert pulsar["proxies"]["maximum"] == MOST_PROXIES
    assert pulsar["brokers"]["maximum"] == MOST_BROKERS
    assert pulsar["bookies"]["maximum"] == MOST_BOOKIES
    assert IngestSettings.model_json_schema()["properties"]["parallelism"]["maximum"] == MOST_PARALLELISM
    assert LARGEST_EVENT == MAX_MESSAGE_BYTES


def test_every_figure_has_a_source() -> None:
    figures = [each for each in vars(constants).values() if isinstance(each, Figure)]
    assert len(figures) > 10
    assert all(each.source.startswith(("measured", "cited", "guess", "topics/", "seatunnel/")) for each in figures)


@pytest.mark.parametrize("rate", RATES)
def test_settings_to_paste_are_accepted(rate: float) -> None:
    document = yaml.safe_load(settings(replace(SMALL, events_per_second=rate)))["config"]
    document |= {"kappastack:target": "kubernetes", "kappastack:kubernetes": CLUSTER}
    found = load_settings(
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}, {}
    )
    assert found.pulsar.brokers >= 2
    assert found.starrocks.backends == min(plan(replace(SMALL, events_per_second=rate)).backends, MOST_BACKENDS)


@pytest.mark.parametrize("size", LOADS)
def test_a_preset_is_large_enough_for_its_load(size: str) -> None:
    wanted = plan(LOADS[size])
    found = kubernetes(size=size)
    assert found.pulsar.proxies >= wanted.proxies
    assert found.pulsar.brokers >= wanted.brokers
    assert found.pulsar.bookies >= wanted.bookies
    assert millicores(found.pulsar.cpu) >= 1000 * wanted.broker_cores
    assert mebibytes(found.pulsar.storage) >= 1024 * wanted.bookie_gib
    assert millicores(found.seatunnel.cpu) >= 1000 * wanted.zeta_cores
    assert found.starrocks.backends >= wanted.backends
    assert mebibytes(found.starrocks.storage) >= 1024 * wanted.backend_gib
    assert mebibytes(found.starrocks.memory) >= 1024 * wanted.backend_memory_gib


def test_a_preset_is_not_far_too_large_for_its_load() -> None:
    for size, load in LOADS.items():
        assert mebibytes(kubernetes(size=size).starrocks.storage) <= 2 * 1024 * plan(load).backend_gib


def test_the_report_names_the_limits_of_the_platform() -> None:
    assert "one machine is enough" in "\n".join(lines(SMALL))
    large = "\n".join(lines(replace(SMALL, events_per_second=1_000_000)))
    assert "one machine is not enough" in large
    assert "! ingest.parallelism" in large
    assert "this load needs a larger platform" in large
    assert "There are no settings for this load" in large
    assert "Settings to paste" not in large


def test_proxies_grow_with_the_sources() -> None:
    assert [plan(replace(SMALL, sources=sources)).proxies for sources in (1, 20_000, 20_001, 90_000)] == [2, 2, 3, 9]
    assert "! pulsar.proxies 100 is more" in "\n".join(lines(replace(SMALL, sources=1_000_000)))


def test_settings_to_paste_scale_starrocks_with_the_load() -> None:
    found = "\n".join(lines(replace(SMALL, events_per_second=30_000, event_bytes=2_000)))
    assert "Settings to paste" in found
    [backends] = re.findall(r"backends: (\d+)", found)
    assert int(backends) > 3


def test_the_command_reports_a_wrong_value_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.size", "--events-per-second", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "EVENTS_PER_SECOND=0: must be more than 0\n"
