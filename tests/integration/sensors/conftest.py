"""One Pulsar for all tests in this folder."""

from collections.abc import Iterator

import pytest

from tests.integration.sensors.pulsar_process import NAMESPACE, Pulsar


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulsar]:
    running = Pulsar(tmp_path_factory.mktemp("pulsar"))
    running.start()
    try:
        running.call("PUT", "tenants/ciapol", {"allowedClusters": ["standalone"], "adminRoles": []})
        running.call("PUT", f"namespaces/{NAMESPACE}", {})
        running.call(
            "POST", f"namespaces/{NAMESPACE}/retention", {"retentionTimeInMinutes": 60, "retentionSizeInMB": -1}
        )
        yield running
    finally:
        running.kill()
