"""Every service of the platform is healthy and identifies itself."""

import httpx

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from smoke_tests.outputs import Outputs


def test_pulsar_and_zeta_are_healthy(outputs: Outputs, http: httpx.Client) -> None:
    """The health checks of both services pass."""
    addresses = outputs.addresses
    token = outputs.credentials.pulsar.admin.get_secret_value()
    health = f"{addresses.pulsar_admin_url}/admin/v2/brokers/health"
    assert http.get(health, headers={"Authorization": f"Bearer {token}"}).text == "ok"
    assert http.get(f"{addresses.zeta_url}/hazelcast/health").status_code == httpx.codes.OK


def test_every_api_reaches_starrocks_and_reports_the_emulator(outputs: Outputs, http: httpx.Client) -> None:
    """The API's health reports the emulator, so that nobody mistakes it for StarRocks."""
    apis = [outputs.addresses.platform_api_url, *(each.api_url for each in outputs.products.values() if each.api_url)]
    for url in apis:
        assert http.get(f"{url}/health/live").status_code == httpx.codes.OK, url
        answer = http.get(f"{url}/health")
        assert answer.status_code == httpx.codes.OK, url
        starrocks = answer.json()["starrocks"]
        assert starrocks["reachable"] is True, url
        assert starrocks["emulator"] is outputs.starrocks.is_emulator, url


def test_every_api_has_metrics_and_a_description(outputs: Outputs, http: httpx.Client) -> None:
    """Metrics are in Prometheus' format, and the description is an OpenAPI document."""
    apis = [outputs.addresses.platform_api_url, *(each.api_url for each in outputs.products.values() if each.api_url)]
    for url in apis:
        metrics = http.get(f"{url}/metrics")
        assert metrics.status_code == httpx.codes.OK, url
        assert "# TYPE " in metrics.text, url
        assert http.get(f"{url}/openapi.json").json()["openapi"].startswith("3."), url


def test_the_page_server_returns_the_state_of_every_part(outputs: Outputs, http: httpx.Client) -> None:
    """One address returns the state of the platform and of all products."""
    answer = http.get(f"{outputs.addresses.frontend_url}/api/status")
    assert answer.status_code == httpx.codes.OK
    status = answer.json()
    assert status["platform_api"]["reachable"] is True
    assert status["starrocks"]["reachable"] is True
    assert status["starrocks"]["emulator"] is outputs.starrocks.is_emulator
    assert status["pipeline"]["error"] is None
    with_api = {name for name, each in outputs.products.items() if each.api_url}
    assert {name for name, each in status["products"].items() if each["reachable"]} == with_api


def test_the_page_is_served_for_every_route(outputs: Outputs, http: httpx.Client) -> None:
    """Users can share the address of a view."""
    for path in ("/", "/pipeline", *(f"/{name}" for name in outputs.products)):
        answer = http.get(f"{outputs.addresses.frontend_url}{path}", headers={"accept": "text/html"})
        assert answer.status_code == httpx.codes.OK
        assert "text/html" in answer.headers["content-type"]
        assert "<script" in answer.text


def test_starrocks_identifies_itself(outputs: Outputs, http: httpx.Client) -> None:
    """The emulator identifies itself in the version comment, which every client reads, and over HTTP."""
    addresses, login = outputs.addresses, outputs.credentials.platform_reader
    address = Address(
        addresses.starrocks_host, addresses.starrocks_query_port, login.user, login.password.get_secret_value()
    )
    with StarRocks(address) as starrocks:
        [[comment]] = starrocks.execute("SELECT @@version_comment")
    assert ("emulator" in str(comment).lower()) is outputs.starrocks.is_emulator
    health = http.get(f"{addresses.starrocks_http_url}/api/health")
    assert health.status_code == httpx.codes.OK
    assert ("emulator" in health.text.lower()) is outputs.starrocks.is_emulator
