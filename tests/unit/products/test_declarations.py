"""Declarations of products: invalid ones are rejected, names are derived, and products do not collide."""

from pathlib import Path

import pytest
import yaml

from infra.products import registry
from infra.products.model import Api, Job, Product, Program, Rows
from infra.products.registry import chosen, declared
from infra.resources.pulsar.topics_file import topic_urls
from infra.services import ports
from infra.settings import ROOT, SettingsError


def product(**more: object) -> Product:
    arguments: dict[str, object] = {"name": "lions", "title": "Lions", "databases": ("lions_data",), **more}
    return Product(**arguments)  # type: ignore[arg-type]  # wrong types are the subject


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"name": "Lions"}, "product name 'Lions': 2 to 20 lower-case"),
        ({"name": "l"}, "product name 'l'"),
        ({"name": "mountain-lions"}, "product name 'mountain-lions'"),
        ({"name": "platform", "databases": ("platform_data",)}, "product name 'platform'"),
        ({"name": "pulsar", "databases": ("pulsar_data",)}, "product name 'pulsar'"),
        ({"databases": ()}, "databases is empty; name at least one, such as lions_data"),
        ({"databases": ("data",)}, "database 'data' must begin with lions_"),
        ({"api": Api(port=4001)}, "roles lacks the users api"),
        ({"programs": (Program(name="scores", requirements="tasks"),)}, "roles lacks the users scores"),
        ({"job_users": ("sink",)}, "roles lacks the users sink"),
        (
            {"reference": (Rows(name="r", table="t", key="k", user="registrar", read=dict),)},
            "roles lacks the users registrar",
        ),
    ],
)
def test_the_error_for_an_invalid_declaration_says_what_is_wrong(more: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        product(**more)


def test_all_names_are_derived_from_the_products_name() -> None:
    lions = product(roles={"api": "reader"}, api=Api(port=4001), jobs=(Job(name="positions"),))
    assert lions.users == {"lions_api": "lions_reader"}
    assert lions.role("app") == "lions-app"
    assert lions.job_name(lions.jobs[0]) == "lions-positions"
    assert lions.job_file(lions.jobs[0]) == ROOT / "seatunnel/lions/positions.conf"
    assert lions.api_service == "lions-api"
    assert lions.migrations("lions_data") == ROOT / "sql/lions"


def test_each_of_several_databases_has_its_own_folder() -> None:
    lions = product(databases=("lions_bronze", "lions_gold"))
    assert lions.database == "lions_bronze"
    assert lions.migrations("lions_gold") == ROOT / "sql/lions/gold"


def test_the_declared_products_share_nothing() -> None:
    products = list(declared().values())
    numbers = {number for name, number in vars(ports).items() if isinstance(number, int)}
    apis = [each.api.port for each in products if each.api is not None]
    assert len(set(apis)) == len(apis)
    assert not numbers & set(apis)
    users = [user for each in products for user in each.users]
    roles = [role for each in products for role in set(each.users.values())]
    assert len(set(users)) == len(users)
    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize("name", list(declared()))
def test_the_files_of_a_product_are_in_folders_with_its_name(name: str) -> None:
    found = declared()[name]
    tenant = yaml.safe_load(found.topics.read_text())["tenant"]
    assert tenant == name
    assert all(url.startswith(f"persistent://{name}/") for url in topic_urls(found.topics).values())
    for job in found.jobs:
        assert found.job_file(job).is_file()
    for database in found.databases:
        assert list(found.migrations(database).glob("V*.sql"))
    assert list(found.smoke_tests.glob("test_*.py"))
    document = yaml.safe_load(found.topics.read_text())
    permissions = [
        role
        for part in (*document["namespaces"].values(), *document["topics"].values())
        for role in part.get("permissions", {})
    ]
    assert {role for role in permissions if role != "seatunnel"} == {found.role(role) for role in found.publishers}


def test_the_error_names_an_undeclared_product() -> None:
    with pytest.raises(SettingsError, match="names lions; declared in stacks/products/ are ciapol, liontrack"):
        chosen(["ciapol", "lions"])


def test_the_error_names_a_module_without_a_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nothing.py").write_text("")
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    monkeypatch.setattr(registry, "import_module", lambda _: object())
    with pytest.raises(SettingsError, match=r"stacks/products/nothing\.py: it does not define a variable PRODUCT"):
        declared.__wrapped__()
