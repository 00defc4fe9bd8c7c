"""The resource of tenant, namespaces and topics on a real Pulsar: manual changes are reported and repaired."""

import pytest

from infra.resources.http import HttpService, Json
from infra.resources.pulsar import topics
from infra.resources.pulsar.topics import Topic, TopicsInputs, TopicsProvider
from infra.resources.pulsar.topics_file import Namespace
from tests.integration.sensors.pulsar_process import SCHEMA, Pulsar

pytestmark = pytest.mark.integration

INPUTS = TopicsInputs(
    stack="test",
    service="pulsar",
    tenant="edited",
    namespaces={"air": Namespace(retention_minutes=60, retention_size_mb=-1, permissions={"sensors": ["produce"]})},
    topics={"measurements": Topic(namespace="air", partitions=2, schema_text=SCHEMA)},
    keep_data=False,
)
TENANT, NAMESPACE, TOPIC = "tenants/edited", "namespaces/edited/air", "persistent/edited/air/measurements"
QUOTA: Json = {"limitSize": 9, "limitTime": -1, "policy": "consumer_backlog_eviction"}


@pytest.fixture
def admin(broker: Pulsar, monkeypatch: pytest.MonkeyPatch) -> HttpService:
    service = HttpService("Pulsar", f"{broker.admin}/admin/v2")
    monkeypatch.setattr(topics, "_admin", lambda _inputs, timeout=30: HttpService("Pulsar", broker.admin))
    return service


RATE: Json = {"dispatchThrottlingRateInMsg": 9, "dispatchThrottlingRateInByte": 9, "ratePeriodInSecond": 1}
HAS = "namespace edited/air has"
CHANGES: list[tuple[str, str, Json, str]] = [
    ("POST", TENANT, {"adminRoles": ["me"], "allowedClusters": ["standalone"]},
     'tenant edited has the administrators ["me"]'),
    ("POST", f"{NAMESPACE}/backlogQuota?backlogQuotaType=destination_storage", QUOTA,
     f"{HAS} the policy backlog_quota_map: {{"),
    ("POST", f"{NAMESPACE}/subscribeRate", {"subscribeThrottlingRatePerConsumer": 9, "ratePeriodInSecond": 30},
     f"{HAS} the policy clusterSubscribeRate: {{"),
    ("POST", f"{NAMESPACE}/deduplication", True, f"{HAS} the policy deduplicationEnabled: true"),
    ("POST", f"{NAMESPACE}/inactiveTopicPolicies",
     {"inactiveTopicDeleteMode": "delete_when_no_subscriptions", "maxInactiveDurationSeconds": 9,
      "deleteWhileInactive": True}, f"{HAS} the policy inactive_topic_policies: {{"),
    ("POST", f"{NAMESPACE}/maxConsumersPerSubscription", 1, f"{HAS} the policy max_consumers_per_subscription: 1"),
    ("POST", f"{NAMESPACE}/maxConsumersPerTopic", 1, f"{HAS} the policy max_consumers_per_topic: 1"),
    ("POST", f"{NAMESPACE}/maxProducersPerTopic", 1, f"{HAS} the policy max_producers_per_topic: 1"),
    ("POST", f"{NAMESPACE}/maxSubscriptionsPerTopic", 9, f"{HAS} the policy max_subscriptions_per_topic: 9"),
    ("POST", f"{NAMESPACE}/maxTopicsPerNamespace", 9, f"{HAS} the policy max_topics_per_namespace: 9"),
    ("POST", f"{NAMESPACE}/maxUnackedMessagesPerConsumer", 9,
     f"{HAS} the policy max_unacked_messages_per_consumer: 9"),
    ("POST", f"{NAMESPACE}/maxUnackedMessagesPerSubscription", 9,
     f"{HAS} the policy max_unacked_messages_per_subscription: 9"),
    ("POST", f"{NAMESPACE}/messageTTL", 60, f"{HAS} the policy message_ttl_in_seconds: 60"),
    ("POST", f"{NAMESPACE}/persistence",
     {"bookkeeperEnsemble": 1, "bookkeeperWriteQuorum": 1, "bookkeeperAckQuorum": 1,
      "managedLedgerMaxMarkDeleteRate": 1.0}, f"{HAS} the policy persistence: {{"),
    ("POST", f"{NAMESPACE}/publishRate", {"publishThrottlingRateInMsg": 9, "publishThrottlingRateInByte": 9},
     f"{HAS} the policy publishMaxMessageRate: {{"),
    ("POST", f"{NAMESPACE}/subscriptionDispatchRate", RATE, f"{HAS} the policy subscriptionDispatchRate: {{"),
    ("POST", f"{NAMESPACE}/subscriptionExpirationTime", 5,
     f"{HAS} the policy subscription_expiration_time_minutes: 5"),
    ("POST", f"{NAMESPACE}/subscriptionTypesEnabled", ["Shared"],
     f'{HAS} the policy subscription_types_enabled: ["Shared"]'),
    ("POST", f"{NAMESPACE}/dispatchRate", RATE, f"{HAS} the policy topicDispatchRate: {{"),
    ("POST", f"{NAMESPACE}/encryptionRequired", True, f"{HAS} the policy encryption_required: true"),
    ("POST", f"{NAMESPACE}/schemaValidationEnforced", True, f"{HAS} the policy schema_validation_enforced: true"),
    ("POST", f"{NAMESPACE}/subscriptionAuthMode", "Prefix", f'{HAS} the policy subscription_auth_mode: "Prefix"'),
    ("POST", f"{NAMESPACE}/retention", {"retentionTimeInMinutes": 1, "retentionSizeInMB": -1},
     f"{HAS} a different retention: {{"),
    ("POST", f"{NAMESPACE}/permissions/me", ["consume"], f"{HAS} different permissions: {{"),
    ("DELETE", "schemas/edited/air/measurements/schema", None,
     "topic edited/air/measurements has a different schema"),
    ("POST", f"{TOPIC}/permissions/you", ["consume"], "topic edited/air/measurements has different permissions: {"),
]  # fmt: skip
"""Manual changes, each with the beginning of its line, in the order of the lines."""


def test_manual_changes_are_reported_and_repaired(admin: HttpService) -> None:
    provider = TopicsProvider()
    provider.apply(INPUTS, None)
    assert provider.find_drift(INPUTS) == []
    for method, path, body, _ in CHANGES:
        admin.request(method, f"/{path}", body)
    found = provider.find_drift(INPUTS)
    assert len(found) == len(CHANGES), found
    for text, (*_, line) in zip(found, CHANGES, strict=True):
        assert text.startswith(line)
    provider.apply(INPUTS, INPUTS)
    assert provider.find_drift(INPUTS) == []


def test_a_missing_topic_is_reported_and_created_again(admin: HttpService) -> None:
    provider = TopicsProvider()
    provider.apply(INPUTS, None)
    admin.request("DELETE", f"/{TOPIC}/partitions?force=true&deleteSchema=true")
    assert provider.find_drift(INPUTS) == ["topic edited/air/measurements is missing"]
    provider.apply(INPUTS, INPUTS)
    assert provider.find_drift(INPUTS) == []
