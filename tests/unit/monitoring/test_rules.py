"""The alert rules: the required content of each, and the effect of a stack's settings on their durations."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from apps.platform_api.flow import QUERIES
from infra import platform
from infra.monitoring.dashboards import dashboards
from infra.monitoring.rules import (
    RUNBOOK,
    Alert,
    Pace,
    RuleError,
    alerts,
    anchor,
    expression,
    files,
    headings,
    read,
    rendered,
)
from infra.products.registry import declared
from infra.settings import ROOT

ALERTS = alerts(declared())
RULE = """
alerts:
  - alert: TooMany
    expr: rate(things[${window}]) > ${threshold}
    threshold: 3
    ranges: {window: 5m}
    for: 1m
    severity: warning
    owner: platform
    summary: "There are {{ $value }} things"
    summary_fr: "Il y a {{ $value }} choses"
    runbook: A service is down
    reason: More than three things do not fit on the page.
    tested: rule
    not_raised: The test machine has no things.
"""


@pytest.mark.parametrize("rule", ALERTS.values(), ids=lambda rule: rule.alert)
def test_every_alert_has_a_runbook_section_and_an_owner(rule: Alert) -> None:
    assert rule.runbook in headings(RUNBOOK.read_text())
    assert rule.owner in {platform.NAME, *declared()}
    assert rule.summary != rule.summary_fr


@pytest.mark.parametrize("rule", ALERTS.values(), ids=lambda rule: rule.alert)
def test_french_summaries_have_typographic_apostrophes(rule: Alert) -> None:
    assert "'" not in rule.summary_fr


def test_prometheus_gets_owner_severity_and_runbook_of_each_alert() -> None:
    found = {
        rule["alert"]: rule
        for text in rendered(declared(), Pace(1, 15)).values()
        for group in yaml.safe_load(text)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    own = {name: rule for name, rule in ALERTS.items() if rule.series == "stack"}
    assert set(found) == set(own)
    for name, rule in own.items():
        assert found[name]["labels"] == {"severity": rule.severity, "owner": rule.owner}
        assert found[name]["annotations"]["runbook"] == f"docs/runbook.md#{anchor(rule.runbook)}"


def test_every_section_of_the_runbook_says_what_to_do() -> None:
    sections = re.split(r"^## ", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]
    bodies = {heading: body.strip() for heading, _, body in (section.partition("\n") for section in sections)}
    assert [heading for heading, body in bodies.items() if len(body) < 80] == []


def test_every_section_of_the_runbook_belongs_to_an_alert() -> None:
    sections = headings(RUNBOOK.read_text()) - {"Runbook", "A workflow reports findings"}
    assert sections == {rule.runbook for rule in ALERTS.values()}


@pytest.mark.parametrize(("tested", "file"), [("stack", "test_2_prometheus.py"), ("long", "test_2_raised_alerts.py")])
def test_an_alert_is_raised_by_the_tests_that_its_rule_names(tested: str, file: str) -> None:
    tree = ast.parse((ROOT / "tests" / "e2e" / file).read_text())
    named = {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)} & set(ALERTS)
    assert named == {name for name, rule in ALERTS.items() if rule.tested == tested}


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("severity: warning", "severity: urgent", ["severity", "'critical' or 'warning'"]),
        ("for: 1m", "for: soon", ["for", "pattern"]),
        ("    owner: platform\n", "", ["owner", "required"]),
        ("window: 5m", "window: 5m, other: 1h", ["expr does not use other"]),
        ("reason: More than three things do not fit on the page.", "reason: because", ["reason", "20 characters"]),
        ("expr: rate", "exprs: rate", ["exprs", "not permitted"]),
        ("expr: rate", "series: cluster\n    expr: rate", ["series cluster", "expr must contain @{namespaces}"]),
        ("expr: rate(things[", 'expr: rate(things{a=~"@{namespaces}"}[', ["series stack", "expr must not contain"]),
        ("tested: rule", "tested: long", ["tested long", "not_raised must be left out"]),
        ("    not_raised: The test machine has no things.\n", "", ["tested rule", "not_raised must give the reason"]),
    ],
)
def test_an_error_names_the_field_and_what_is_expected(tmp_path: Path, old: str, new: str, named: list[str]) -> None:
    with pytest.raises(RuleError) as error:
        read(written(tmp_path, RULE.replace(old, new)))
    assert all(word in str(error.value) for word in ["rules.yaml", *named])


def test_the_pace_shortens_durations_but_ranges_keep_several_samples(tmp_path: Path) -> None:
    [rule] = read(written(tmp_path, RULE)).alerts
    assert expression(rule, Pace(1, 15)) == "rate(things[300s]) > 3"
    assert expression(rule, Pace(0.1, 5)) == "rate(things[30s]) > 3"
    assert expression(rule, Pace(0.01, 5)) == "rate(things[20s]) > 3"
    assert Pace(0.1, 5).duration(rule.duration) == "6s"


def test_sums_of_counters_are_not_rated() -> None:
    """A sum of counters falls when one of them restarts at 0, and Prometheus takes the rest for new events."""
    sums = {rule.record for file in files(declared()).values() for rule in file.records if "sum" in rule.expr}
    assert sums >= {"kappastack:topic_messages:rate2m", "kappastack:subscription_backlog:messages"}
    rated = re.compile(r"\b(?:rate|irate|increase|delta|resets)\(\s*(?:[a-z_]+\s*(?:by|without)?\s*\(|[a-z_]+:)")
    expressions = [
        *(rule.expr for file in files(declared()).values() for rule in (*file.records, *file.alerts)),
        *(query.expr for each in dashboards(declared()).values() for panel in each.panels for query in panel.queries),
        *QUERIES.values(),
    ]
    assert len(expressions) > 100
    assert [each for each in expressions if rated.search(each)] == []
    assert rated.search("rate(kappastack:topic_messages:total[2m])")
    assert rated.search("increase(sum by (a) (b)[5m:])")
