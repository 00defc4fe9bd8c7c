"""Rule files of a stack, evaluated by `promtool test rules` with given series."""

from pathlib import Path

import yaml

from infra.monitoring.rules import Pace
from tests.integration.monitoring.programs import promtool

NORMAL = Pace(factor=1, interval=60)


def value(expression: str, minute: int, expected: float) -> dict[str, object]:
    """The expectation of a promtool test: at a minute, the expression has one sample, without labels, of this value."""
    return {
        "expr": expression,
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": float(expected)}],
    }


def firing(alert: str, minute: int, expected: int) -> dict[str, object]:
    """The expectation of a promtool test: whether an alert fires at a minute (1 or 0)."""
    fires = f'clamp_max(count(ALERTS{{alertname="{alert}", alertstate="firing"}}), 1) or vector(0)'
    return value(fires, minute, expected)


def run(rules: list[Path], folder: Path, tests: list[tuple[dict[str, str], list[dict[str, object]]]]) -> None:
    """Run tests, each with series and expected results. One run of promtool is much faster than many."""
    document = {
        "rule_files": [str(path) for path in rules],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": expected,
            }
            for series, expected in tests
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(document))
    done = promtool("test", "rules", folder / "test.yml")
    # Each failure contains its expression, which names the alert.
    assert done.returncode == 0, done.stdout + done.stderr
