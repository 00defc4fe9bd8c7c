"""The alert rules of `monitoring/rules/`, and the rule files that Prometheus reads.

`monitoring/rules/platform/` contains the platform's rules, `monitoring/rules/NAME/` those of a product. In `expr`,
`${threshold}` stands for the rule's threshold, `${NAME}` for the range of this name, and `${NAME.seconds}` for its
length as a number. Rules about series of the whole cluster are for a Prometheus of the cluster only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from apps.shared import placeholders
from infra import platform
from infra.monitoring.scope import scoped
from infra.settings import ROOT, MonitoringSettings

RULES = ROOT / "monitoring" / "rules"
RUNBOOK = ROOT / "docs" / "runbook.md"
NAMESPACES = "@{namespaces}"
"""Regular expression of the stack's namespaces. The target fills it in."""
_SCRAPES_IN_A_WINDOW = 4
"""`rate` needs two samples; four allow for a lost one. Source: Prometheus' documentation of `rate`."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Duration = Annotated[str, Field(pattern=r"^[0-9]+[smhd]$", description="such as 30s or 5m")]


class RuleError(ValueError):
    """An invalid rule file; the message names the file, the rule, the field and what is expected."""


class _Rule(BaseModel):
    """A rule with an expression, its threshold and its ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expr: str
    threshold: float | None = None
    ranges: dict[str, Duration] = {}
    reason: str = Field(min_length=20)

    @model_validator(mode="after")
    def _uses_its_fields(self) -> Self:
        if unused := [name for name in self.names if not re.search(rf"\$\{{{name}(\.seconds)?\}}", self.expr)]:
            msg = f"expr does not use {', '.join(unused)}"
            raise ValueError(msg)
        return self

    @property
    def names(self) -> list[str]:
        """Names of the placeholders of the expression."""
        return [*(["threshold"] if self.threshold is not None else []), *self.ranges]


class Record(_Rule):
    """A recording rule: stores the result of an expression as a new series.

    Attributes:
        record: name of the new series.
        expr: expression that returns its values.
        ranges: time ranges of the expression by name.
        reason: why the expression is as it is.
    """

    record: str = Field(pattern=r"^[a-z][a-z0-9_:]*$")


class Alert(_Rule):
    """An alert rule.

    Attributes:
        alert: name in CamelCase.
        series: `stack`: series of the stack's services; `cluster`: series of programs of the Kubernetes cluster, which
            only a Prometheus of the cluster has. The expression selects the stack's namespaces by `@{namespaces}`.
        expr: expression that returns a series for each alert.
        threshold: number that the expression compares with.
        ranges: time ranges of the expression by name, such as `window: 5m`.
        duration: how long the expression must return a series before the alert fires; `for` in the file.
        severity: `critical`: data do not flow, or will be lost; `warning`: somebody should investigate today.
        owner: the responsible part: `platform`, or the name of a product.
        summary: one sentence that describes the problem, in Prometheus' template language.
        summary_fr: the same in French.
        runbook: heading of the section in `docs/runbook.md` that describes the response.
        reason: why the threshold and the durations have these values.
        tested: `stack`: an end-to-end test raises the alert by a real cause; `long`: the same, in the long run only;
            `rule`: promtool tests the rule with given series, and no test raises the alert on a stack.
        not_raised: why no test can raise the alert on a stack; required for `rule` only.
    """

    alert: str = Field(pattern=r"^[A-Z][A-Za-z0-9]+$")
    series: Literal["stack", "cluster"] = "stack"
    duration: Duration = Field(alias="for")
    severity: Literal["critical", "warning"]
    owner: str
    summary: str = Field(min_length=10)
    summary_fr: str = Field(min_length=10)
    runbook: str
    tested: Literal["stack", "long", "rule"]
    not_raised: str = ""

    @model_validator(mode="after")
    def _has_a_reason(self) -> Self:
        if (self.tested == "rule") != bool(self.not_raised):
            msg = (
                f"tested {self.tested}: not_raised must {'give the reason' if self.tested == 'rule' else 'be left out'}"
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _names_the_namespaces(self) -> Self:
        if (self.series == "cluster") != (NAMESPACES in self.expr):
            msg = f"series {self.series}: expr must {'' if self.series == 'cluster' else 'not '}contain {NAMESPACES}"
            raise ValueError(msg)
        return self


class RuleFile(BaseModel):
    """A file of `monitoring/rules/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: list[Record] = []
    alerts: list[Alert] = []


@dataclass(frozen=True)
class Pace:
    """The factor by which a stack's settings change the durations of rules, and the interval of its samples.

    Args:
        factor: factor of all durations.
        interval: seconds between two collections of metrics.
    """

    factor: float
    interval: int

    @classmethod
    def of(cls, settings: MonitoringSettings) -> Self:
        """The pace of a stack."""
        return cls(settings.alert_pace, settings.interval)

    def duration(self, text: Duration) -> str:
        """The duration in this stack."""
        return f"{round(_seconds(text) * self.factor)}s"

    def range(self, text: Duration) -> str:
        """The range in this stack, long enough for several samples."""
        return f"{max(round(_seconds(text) * self.factor), _SCRAPES_IN_A_WINDOW * self.interval)}s"


def _seconds(text: Duration) -> int:
    return int(text[:-1]) * _UNITS[text[-1]]


def read(path: Path) -> RuleFile:
    """Read a file.

    Raises:
        RuleError: the file is not YAML, or a rule is wrong.
    """
    try:
        return RuleFile.model_validate(yaml.safe_load(path.read_text()) or {})
    except yaml.YAMLError as error:
        raise RuleError(f"{path}: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False)]
        raise RuleError(f"{path}: {'; '.join(lines)}") from error


def files(owners: Iterable[str]) -> dict[str, RuleFile]:
    """The rule files of the platform and of these products, each by `OWNER-FILE`.

    Raises:
        RuleError: a file is wrong, an alert has another owner than its folder, or a name is used twice.
    """
    found: dict[str, RuleFile] = {}
    names: dict[str, Path] = {}
    for owner in (platform.NAME, *owners):
        for path in sorted((RULES / owner).glob("*.yaml")):
            file = read(path)
            for rule in file.alerts:
                if rule.owner != owner:
                    raise RuleError(
                        f"{path}: alert {rule.alert}: owner {rule.owner!r} should be {owner!r}, the name of its folder"
                    )
                if rule.alert in names:
                    raise RuleError(f"{path}: alert {rule.alert} is also defined in {names[rule.alert]}")
                names[rule.alert] = path
            found[f"{owner}-{path.stem}"] = file
    return found


def rendered(owners: Iterable[str], pace: Pace) -> dict[str, str]:
    """Text of the rule files of the stack's own Prometheus by name."""
    own = {name: _of_the_stack(file) for name, file in files(owners).items()}
    return {f"rules-{name}.yml": render(name, file, pace) for name, file in own.items() if file.records or file.alerts}


def _of_the_stack(file: RuleFile) -> RuleFile:
    return RuleFile(records=file.records, alerts=[each for each in file.alerts if each.series == "stack"])


def render(name: str, file: RuleFile, pace: Pace) -> str:
    """The text of one rule file of Prometheus, with one group."""
    rules: list[JsonValue] = [{"record": each.record, "expr": expression(each, pace)} for each in file.records]
    rules += [_rendered(each, pace) for each in file.alerts]
    return yaml.safe_dump({"groups": [{"name": name, "rules": rules}]}, sort_keys=False, width=10_000)


def scoped_groups(owners: Iterable[str], pace: Pace, stack: str) -> dict[str, list[JsonValue]]:
    """The groups of each rule file by its name, for a Prometheus that also has the metrics of other programs.

    The rules select series with the label `stack`, or those of the stack's namespaces if other programs of the cluster
    export them. All add the label to their results.
    """
    return {name: [_scoped(name, file, pace, stack)] for name, file in files(owners).items()}


def _scoped(name: str, file: RuleFile, pace: Pace, stack: str) -> JsonValue:
    label = {"stack": stack}
    matcher = f'stack="{stack}"'
    rules: list[JsonValue] = [
        {"record": each.record, "expr": scoped(expression(each, pace), matcher), "labels": {**label}}
        for each in file.records
    ]
    for each in file.alerts:
        document = _rendered(each, pace)
        labels: JsonValue = {"severity": each.severity, "owner": each.owner, **label}
        text = expression(each, pace)
        rules.append({**document, "expr": scoped(text, matcher) if each.series == "stack" else text, "labels": labels})
    # A group is identified by its name; another stack in the cluster has the same files.
    return {"name": f"{stack}-{name}", "rules": rules}


def expression(rule: Record | Alert, pace: Pace) -> str:
    """The expression of a rule with its threshold and its ranges."""
    values = {name: pace.range(each) for name, each in rule.ranges.items()}
    values |= {f"{name}.seconds": each.removesuffix("s") for name, each in values.items()}
    if rule.threshold is not None:
        values["threshold"] = f"{rule.threshold:.10g}"
    return placeholders.fill(rule.expr, values, mark="$")


def _rendered(rule: Alert, pace: Pace) -> dict[str, JsonValue]:
    return {
        "alert": rule.alert,
        "expr": expression(rule, pace),
        "for": pace.duration(rule.duration),
        "labels": {"severity": rule.severity, "owner": rule.owner},
        "annotations": {
            "summary": rule.summary,
            "summary_fr": rule.summary_fr,
            "runbook": f"docs/runbook.md#{anchor(rule.runbook)}",
        },
    }


def anchor(heading: str) -> str:
    """The anchor of a Markdown heading, as GitHub derives it."""
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> frozenset[str]:
    """The headings of a Markdown text."""
    return frozenset(line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#"))


def alerts(owners: Iterable[str]) -> Mapping[str, Alert]:
    """All alerts of the platform and of these products, by name."""
    return {rule.alert: rule for file in files(owners).values() for rule in file.alerts}
