"""Facts in the documentation are equal to their sources. A failure names the page and the correct value."""

import json
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from infra import versions
from infra.configuration import load_settings
from infra.distributions.registry import recipes
from infra.products.registry import declared
from infra.services import ports
from infra.settings import PROJECT, ROOT
from tools.checks.layers import layers
from tools.new_product.writer import TEMPLATES

GENERATED = "conformance.md"
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if path.name != GENERATED)
OTHERS_PORTS = {
    "5000": "a registry of the user",
    "50052": "upstream's port of DolphinScheduler's alert server",
    "27017": "a MongoDB of the user",
}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "docs")))


@cache
def tracked() -> frozenset[str]:
    """Every tracked or new file, and every folder that contains one."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = {Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()}
    return frozenset(str(each) for file in files for each in (file, *file.parents))


EXAMPLE = "weather"
"""The product that the page on products adds with `make new-product`."""
ADDED_BY_HAND = ("sql/weather/V003__humidity.sql", "apps/weather/scores/__main__.py")
"""Files that the instructions on that page create."""


@cache
def example() -> list[str]:
    """Files of the example product."""
    templates = [
        str(path.relative_to(TEMPLATES)).removesuffix(".template").replace("NAME", EXAMPLE)
        for path in TEMPLATES.rglob("*.template")
    ]
    return [*templates, *ADDED_BY_HAND]


def exists(path: str) -> bool:
    """Whether a path of the repository exists. NAME and `<name>` match any name."""
    if EXAMPLE in path:
        return any(each.startswith(path.rstrip("/")) for each in example())
    pattern = re.escape(path.rstrip("/"))
    pattern = re.sub(r"<[a-z]+>", "[^/]+", pattern.replace(r"\*", "[^/]*"))
    pattern = re.sub(r"\bNAME\b", "[^/]+", pattern)
    return any(re.fullmatch(pattern, each) for each in tracked())


def test_there_are_pages() -> None:
    assert {"dev.md", "orchestration.md", "predictions.md", "setup.md", "workflows.md"} <= {page.name for page in PAGES}


@every_page
def test_linked_files_exist(page: Path) -> None:
    # A regular expression in code may look like a link.
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]*`", "", page.read_text()))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == [], f"{page.name} links to files that do not exist"


def code(page: Path) -> list[str]:
    """The words of all code blocks and of all code in the text of a page."""
    blocks = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
    text = page.read_text()
    inline = re.findall(r"`([^`]+)`", blocks.sub("", text))
    return " ".join([*blocks.findall(text), *inline]).split()


@every_page
def test_named_paths_exist(page: Path) -> None:
    """Every path in code that begins with a folder of the repository exists."""
    folders = {each.split("/")[0] for each in tracked() if "/" in each}
    paths = [
        re.sub(r"(:\d+)?[.,:;]?$", "", word) for word in code(page) if word.split("/")[0] in folders and "/" in word
    ]
    assert [path for path in paths if not exists(path)] == [], f"{page.name} names paths that do not exist"


def test_missing_paths_are_found() -> None:
    assert not exists("infra/services/missing.py")
    assert not exists("sql/<product>/missing")
    assert exists("sql/<product>/queries/NAME.sql")
    assert exists("requirements/*.in")


@every_page
def test_named_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\()make (?:-s )?([a-z][a-z0-9-]*)", page.read_text(), re.MULTILINE))
    assert named - targets == set(), f"{page.name} names make targets that do not exist; there are {sorted(targets)}"


@every_page
def test_named_python_modules_exist(page: Path) -> None:
    named = set(re.findall(r"python -m ([a-z][a-z0-9_.]*[a-z0-9_])", page.read_text()))
    assert [name for name in named if find_spec(name) is None] == [], f"{page.name} names modules that do not exist"


@every_page
def test_named_environment_variables_are_read(page: Path) -> None:
    named = set(re.findall(r"\bKAPPASTACK_[A-Z_]+\b", page.read_text()))
    unknown = []
    for name in sorted(named):
        command = ["git", "grep", "-qw", name, "--", "*.py", "*.sh", "Makefile"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            unknown.append(name)
    assert unknown == [], f"{page.name} names environment variables that nothing reads"


@every_page
def test_named_ports_are_those_of_the_platform(page: Path) -> None:
    apis = {str(product.api.port) for product in declared().values() if product.api is not None}
    known = {str(value) for name, value in vars(ports).items() if name.isupper()} | apis | OTHERS_PORTS.keys()
    named = set(re.findall(r"(?:\bports? |[a-zA-Z0-9]:|\bpage \(|\()(\d{4,5})\b(?!-)", page.read_text()))
    assert named - known == set(), f"{page.name} names ports that infra/services/ports.py does not contain"


def test_the_documented_ports_for_users_are_right() -> None:
    deployment, workflows = (ROOT / "docs/dev.md").read_text(), (ROOT / "docs/workflows.md").read_text()
    apis = {product.title: product.api.port for product in declared().values() if product.api is not None}
    listed = ", ".join(f"{port} for {title.split(',')[0]}'s" for title, port in apis.items())
    assert f"the page ({ports.FRONTEND}) and the APIs of products ({listed}) are published" in deployment
    assert f"--broker pulsar://127.0.0.1:{ports.PULSAR_OUTSIDE} " in deployment
    assert f"port {ports.PULSAR_OUTSIDE} of the standalone process, port {ports.PULSAR_BROKER} of a cluster" in (
        " ".join(deployment.split())
    )
    assert f"`starrocks:{ports.STARROCKS_FE_HTTP}`" in deployment
    assert f"`starrocks-be-N:{ports.STARROCKS_BE_HTTP}`" in deployment
    assert f"http://127.0.0.1:{ports.DOLPHINSCHEDULER}/dolphinscheduler/" in workflows


def settings_table() -> list[tuple[str, str, str]]:
    """Key, default and value in Pulumi.dev.yaml of each row of the table in docs/dev.md."""
    rows = re.findall(r"^\| `([A-Za-z.]+)` \| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/dev.md").read_text(), re.MULTILINE)
    return [(key, default.strip(), value.strip()) for key, default, value in rows]


def part(document: object, key: str) -> object:
    """The value at a path such as `docker.registry`; None if it is missing."""
    for name in key.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def shown(value: object) -> str:
    """A value as the table shows it."""
    return "none" if value in ("", {}, None) else value if isinstance(value, str) else json.dumps(value)


def test_the_settings_table_has_rows() -> None:
    assert len(settings_table()) >= 11


@pytest.mark.parametrize(("key", "default", "value"), settings_table(), ids=str)
def test_settings_in_the_table_are_right(key: str, default: str, value: str) -> None:
    defaults = load_settings({f"{PROJECT}:target": "docker"}, {}).model_dump(mode="json", by_alias=True)
    assert default == shown(part(defaults, key)), f"docs/dev.md: default of {key}"
    stack = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    section, _, rest = f"{PROJECT}:{key}".partition(".")
    there = stack.get(section) if not rest else part(stack.get(section), rest)
    assert value == ("\u2013" if there is None else shown(there)), f"docs/dev.md: {key} in Pulumi.dev.yaml"


def test_required_versions_are_right() -> None:
    text = (ROOT / "docs/setup.md").read_text()
    for words, oldest in (
        ("Python ≥ {}", versions.PYTHON_OLDEST),
        ("Maven ≥ {}", versions.MAVEN_OLDEST),
        ("Node.js ≥ {}", versions.NODE_OLDEST),
        ("Pulumi CLI ≥ {}", versions.PULUMI_OLDEST),
        ("Go ≥ {}", versions.GO_OLDEST),
    ):
        dotted = ".".join(map(str, oldest))
        while dotted.endswith(".0"):
            dotted = dotted.removesuffix(".0")
        assert re.search(rf"\| {re.escape(words.format(dotted))}\b(?!\.\d)", text), f"docs/setup.md: {words} {dotted}"
    assert f"| JDK {versions.JAVA_OLDEST} to {versions.JAVA_NEWEST} |" in text


def test_every_distribution_is_listed() -> None:
    section = (ROOT / "docs/setup.md").read_text().split("## Distributions", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    listed = {name.strip("`") for names in cells for name in names.split(", ")}
    products = declared().values()
    right = recipes().keys() - {product.api_service for product in products}
    right -= {product.program_distribution(program) for product in products for program in product.programs}
    assert listed == right | {"<product>-api", "<product>-<program>"}, "docs/setup.md: table of distributions"


def test_every_layer_of_the_tests_is_listed() -> None:
    section = (ROOT / "docs/setup.md").read_text().split("## Tests", 1)[1].split("\n## ", 1)[0]
    listed = re.findall(r"^\| `([a-z0-9]+)` \| ([a-z ]+) \|$", section, re.MULTILINE)
    right = [(layer.name, layer.queue) for layer in layers(long=False)]
    assert listed == right, "docs/setup.md: table of layers"
