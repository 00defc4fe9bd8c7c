"""A stack whose metadata are in an external PostgreSQL."""

import json
from collections.abc import Mapping

import pytest

from infra.settings import SettingsError
from tests.unit.kubernetes.rendered import Rendered, items, render, section, settings

SERVER = {"host": "db.example", "port": 6432, "database": "metadata", "user": "owner"}


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    return render(settings(postgres={"external": SERVER}, postgresPassword="of-the-owner"))


def test_the_stack_runs_no_server_and_no_exporter(rendered: Rendered) -> None:
    assert "dolphinscheduler" in rendered.pods()
    assert not [name for name in rendered.pods() if name.startswith("postgres")]
    generated = rendered.recorder.of_type("RandomSecret")
    assert "dolphinscheduler-admin" in generated
    assert not {"postgres-superuser", "postgres-monitoring", "dolphinscheduler-database"} & set(generated)


def test_dolphinscheduler_connects_with_tls_and_the_given_password(rendered: Rendered) -> None:
    [container] = items(rendered.pods()["dolphinscheduler"], "spec", "containers")
    command = list(container["command"]) if isinstance(container["command"], list) else []
    assert "-Dspring.datasource.url=jdbc:postgresql://db.example:6432/metadata?sslmode=require" in command
    assert "-Dspring.datasource.username=owner" in command
    assert "of-the-owner" not in json.dumps(rendered.pods())
    connections = rendered.recorder.of_type("Connections")["connections"].inputs
    assert connections["endpoints"]["postgres"]["sql"] == {"scheme": "postgresql", "host": "db.example", "port": 6432}
    assert connections["metadata"] == {"name": "metadata", "user": "owner", "ssl_mode": "require"}


def test_only_dolphinscheduler_may_reach_the_servers_port(rendered: Rendered) -> None:
    world = [
        (name, [each["port"] for each in items(rule, "ports")])
        for name, policy in rendered.of_kind("NetworkPolicy").items()
        if "egress" in section(policy, "spec")
        for rule in items(policy, "spec", "egress")
        if "to" in rule and "ipBlock" in next(items(rule, "to"))
    ]
    assert world == [("dolphinscheduler", [6432])]


def test_the_metadata_depend_on_the_address(rendered: Rendered) -> None:
    inputs = rendered.recorder.of_type("DolphinSchedulerDatabase")["dolphinscheduler-database"].inputs
    assert inputs["external"] == "owner@db.example:6432/metadata?sslmode=require"
    assert set(inputs["secret_ids"]) == {"dolphinscheduler-admin", "dolphinscheduler-token"}
    own = render(settings()).recorder.of_type("DolphinSchedulerDatabase")["dolphinscheduler-database"].inputs
    assert "external" not in own


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"postgres": {"external": SERVER}}, "postgres.external needs postgresPassword"),
        ({"postgresPassword": "secret-1"}, "postgres.external needs postgresPassword"),
        ({"postgres": {"external": {"port": 1}}, "postgresPassword": "secret-1"}, "postgres.external.host"),
        (
            {"postgres": {"external": {**SERVER, "host": "postgresql://db"}}, "postgresPassword": "secret-1"},
            "postgres.external.host",
        ),
        (
            {"postgres": {"external": {**SERVER, "sslMode": "verify-full"}}, "postgresPassword": "secret-1"},
            "'disable', 'prefer' or 'require'",
        ),
    ],
)
def test_incomplete_settings_are_refused_without_the_password(given: Mapping[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings(**given)
    assert message in str(error.value)
    assert "secret-1" not in str(error.value)
