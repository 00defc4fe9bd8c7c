"""No file of the platform contains a product's name or a word of its subject."""

import re
import subprocess

from infra.settings import ROOT

PLATFORM = (
    *("__main__.py", "Makefile", "infra", "tools", "images", "stacks", "starrocks_emulator"),
    *("apps/tasks", "apps/shared", "apps/web", "apps/platform_api", "apps/frontend"),
    *("sql/platform", "dolphinscheduler/platform", "dolphinscheduler/page", "seatunnel/client", "seatunnel/connectors"),
    *(
        f"smoke_tests/{name}.py"
        for name in ("conftest", "outputs", "publishing", "scheduler", "waiting", "test_health")
    ),
)
OF_PRODUCTS = re.compile(
    r"^(stacks/products/|apps/frontend/src/products/|tools/new_product/template/|.*/src/test/)",
)
WORDS = re.compile(
    r"ciapol|abidjan|liontrack|\blions?\b|air[ -]quality|\baqi|nowcast|pollutant|pm2\.?5|\bpm10\b|\bozone\b"
    r"|\bstations?\b|sensor_|\bsensors?\b|beijing|p[ée]kin",
    re.IGNORECASE,
)
ALLOWED = {
    # `make backtest` runs a program of a product.
    "Makefile": {"ciapol"},
    # Applied migrations are never edited.
    "sql/platform/V001__steps_and_jobs.sql": {"ciapol"},
    # The example of the API kit uses data of sensors.
    "apps/web/README.md": {"sensor", "sensor_", "sensors"},
    # A time zone name.
    "starrocks_emulator/variables.py": {"abidjan"},
}


def test_the_platforms_files_name_no_product() -> None:
    listed = subprocess.run(["git", "ls-files", "--", *PLATFORM], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for path in listed.stdout.splitlines():
        if OF_PRODUCTS.match(path) or path.endswith((".lock", ".svg", ".sum", "package-lock.json")):
            continue
        for number, line in enumerate((ROOT / path).read_text(errors="replace").splitlines(), 1):
            words = {word.lower() for word in WORDS.findall(line)} - ALLOWED.get(path, set())
            if words:
                found.append(f"{path}:{number}: {', '.join(sorted(words))}: {line.strip()[:100]}")
    assert not found, "\n".join(found)
