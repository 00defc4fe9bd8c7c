"""docs/settings.md is equal to the page that is generated from the models."""

import pytest
from pydantic import TypeAdapter

from infra.settings import Cpu, Memory
from infra.settings_keys import Key
from tools.settings.page import PAGE, documented, page

ROWS = {row.split(" | ")[0].strip("| `"): row for row in page().splitlines() if row.startswith("| `")}


def test_the_page_is_equal_to_the_models() -> None:
    assert PAGE.read_text() == page(), "docs/settings.md differs from the models; run: make settings"


@pytest.mark.parametrize("key", documented(), ids=lambda key: key.path)
def test_every_key_has_a_description_of_its_own(key: Key) -> None:
    types = [TypeAdapter(each).json_schema()["description"] for each in (Memory, Cpu)]
    assert key.description not in ("", *types), f"infra/settings.py: {key.path} needs a description"


@pytest.mark.parametrize(
    "row",
    [
        "| `target` | `host` or `docker` or `kubernetes` | required | - | platform on which the stack runs | all |",
        "| `keepData` | `true` or `false` | `false` (host, docker), `true` (kubernetes) |",
        "| `portOffset` | integer | `0` | 0 to 15,000 |",
        "| `pulsar.heap` | a size such as 384Mi or 2Gi | `320Mi` | - |",
        "| `alertWebhook` | secret text | none |",
    ],
)
def test_rows_have_the_values_of_the_models(row: str) -> None:
    assert any(each.startswith(row) for each in ROWS.values()), ROWS[row.split("`")[1]]


def test_targets_are_those_that_use_a_key() -> None:
    assert ROWS["docker.registry"].endswith("| docker |")
    assert ROWS["postgres.storage"].endswith("| kubernetes |")
    assert ROWS["products.<product>.api.replicas"].endswith("| kubernetes |")
    assert ROWS["starrocks.memory"].endswith("| all |")


def test_a_product_lists_only_keys_of_its_own() -> None:
    assert "products.ciapol.ingest.flushInterval" in ROWS
    assert "products.ciapol.api.replicas" not in ROWS
