"""Settings of tenants and namespaces that a person set, on a fake administration interface of Pulsar."""

import pytest

from infra.resources.http import HttpService, Json
from infra.resources.pulsar.policies import policy_drift, remove_administrators, tenant_drift, unset_policies

TENANT, NAMESPACE = "/admin/v2/tenants/t", "/admin/v2/namespaces/t/n"
FRESH: dict[str, Json] = {
    "auth_policies": {"namespace_auth": {"role": ["produce"]}},
    "backlog_quota_map": {},
    "bundles": {"numBundles": 4},
    "deduplicationEnabled": None,
    "replication_clusters": ["standalone"],
    "retention_policies": {"retentionSizeInMB": 1024},
    "encryption_required": False,
    "subscription_auth_mode": "None",
    "topicDispatchRate": {},
}
"""Some policies of a namespace without manual changes."""


class Pulsar(HttpService):
    """Has one tenant with one namespace; DELETE unsets the policy with the same path."""

    def __init__(self) -> None:
        super().__init__("Pulsar", "http://127.0.0.1:1")
        self.tenant: dict[str, Json] = {"adminRoles": [], "allowedClusters": ["standalone"]}
        self.policies = dict(FRESH)
        self.changes: list[str] = []

    def request(self, method: str, path: str, body: Json = None, *, accept: tuple[int, ...] = (200, 204)) -> Json:
        if method == "GET":
            if path == TENANT:
                return dict(self.tenant)
            if path == NAMESPACE:
                return dict(self.policies)
            assert 404 in accept
            return {"reason": "Tenant does not exist"}
        self.changes.append(f"{method} {path}")
        if path == TENANT:
            assert isinstance(body, dict)
            self.tenant = dict(body)
        elif path.endswith("/messageTTL"):
            self.policies["message_ttl_in_seconds"] = None
        elif path.endswith("/dispatchRate"):
            self.policies["topicDispatchRate"] = {}
        elif path.endswith("/encryptionRequired"):
            self.policies["encryption_required"] = body
        elif "/backlogQuota?" in path:
            self.policies["backlog_quota_map"] = {}
        return None


@pytest.fixture
def pulsar() -> Pulsar:
    return Pulsar()


def test_a_fresh_tenant_and_namespace_have_no_drift(pulsar: Pulsar) -> None:
    assert tenant_drift(pulsar, "t") + policy_drift(pulsar, "t/n") == []
    remove_administrators(pulsar, "t")
    unset_policies(pulsar, "t/n")
    assert pulsar.changes == []


def test_a_missing_tenant_is_reported(pulsar: Pulsar) -> None:
    assert tenant_drift(pulsar, "other") == ["tenant other is missing"]


def test_administrators_of_a_tenant_are_reported_and_removed(pulsar: Pulsar) -> None:
    pulsar.tenant["adminRoles"] = ["somebody"]
    assert tenant_drift(pulsar, "t") == ['tenant t has the administrators ["somebody"]']
    remove_administrators(pulsar, "t")
    assert pulsar.tenant == {"adminRoles": [], "allowedClusters": ["standalone"]}


def test_policies_that_a_person_set_are_reported_and_unset(pulsar: Pulsar) -> None:
    pulsar.policies |= {
        "message_ttl_in_seconds": 60,
        "backlog_quota_map": {"message_age": {"limitTime": 9, "policy": "consumer_backlog_eviction"}},
        "topicDispatchRate": {"standalone": {"dispatchThrottlingRateInMsg": 1}},
        "encryption_required": True,
    }
    assert policy_drift(pulsar, "t/n") == [
        'namespace t/n has the policy backlog_quota_map: {"message_age": {"limitTime": 9, "policy": '
        '"consumer_backlog_eviction"}}',
        "namespace t/n has the policy message_ttl_in_seconds: 60",
        'namespace t/n has the policy topicDispatchRate: {"standalone": {"dispatchThrottlingRateInMsg": 1}}',
        "namespace t/n has the policy encryption_required: true",
    ]
    unset_policies(pulsar, "t/n")
    assert policy_drift(pulsar, "t/n") == []
