"""Rotation of every secret under load, killed in the middle and completed by the next deployment."""

from pathlib import Path

import httpx
import pytest
from rotating import kill_and_complete

from infra.services import pulsar_roles
from tests.cluster.docker_stack import DockerStack

# The two deployments restart Pulsar twice, which takes minutes.
pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(1800)]

REPLACED = {"dolphinscheduler", "postgres-exporter", "pulsar"}
"""Services that read a secret only at their start."""


def status_of_pulsar(stack: DockerStack, token: str) -> int:
    """The HTTP status of an administrator's request with a token."""
    url = f"{stack.url('pulsar', 'admin')}/admin/v2/tenants"
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False).status_code


def test_a_killed_rotation_of_all_secrets_is_completed_under_load(stack: DockerStack, tmp_path: Path) -> None:
    before = {service: each.id for service, each in stack.containers().items()}
    token = stack.connections.secrets[pulsar_roles.ADMIN]
    assert status_of_pulsar(stack, token) == 200

    kill_and_complete(stack, tmp_path)

    after = {service: each.id for service, each in stack.containers().items()}
    assert {service for service in before if before[service] != after[service]} == REPLACED
    assert status_of_pulsar(stack, token) == 401
    assert status_of_pulsar(stack, stack.connections.secrets[pulsar_roles.ADMIN]) == 200
