"""Settings of tenants and namespaces that this project never sets: a person has set each value that exists."""

import json

from infra.resources.http import HttpService, Json

_POLICIES = {
    "backlog_quota_map": (
        "backlogQuota?backlogQuotaType=destination_storage",
        "backlogQuota?backlogQuotaType=message_age",
    ),
    "clusterSubscribeRate": ("subscribeRate",),
    "deduplicationEnabled": ("deduplication",),
    "inactive_topic_policies": ("inactiveTopicPolicies",),
    "max_consumers_per_subscription": ("maxConsumersPerSubscription",),
    "max_consumers_per_topic": ("maxConsumersPerTopic",),
    "max_producers_per_topic": ("maxProducersPerTopic",),
    "max_subscriptions_per_topic": ("maxSubscriptionsPerTopic",),
    "max_topics_per_namespace": ("maxTopicsPerNamespace",),
    "max_unacked_messages_per_consumer": ("maxUnackedMessagesPerConsumer",),
    "max_unacked_messages_per_subscription": ("maxUnackedMessagesPerSubscription",),
    "message_ttl_in_seconds": ("messageTTL",),
    "persistence": ("persistence",),
    "publishMaxMessageRate": ("publishRate",),
    "subscriptionDispatchRate": ("subscriptionDispatchRate",),
    "subscription_expiration_time_minutes": ("subscriptionExpirationTime",),
    "subscription_types_enabled": ("subscriptionTypesEnabled",),
    "topicDispatchRate": ("dispatchRate",),
}
"""Policies of a namespace that delete messages, or refuse or delay clients, with the paths whose DELETE unsets them.

Source: Pulsar's admin REST API, tag "namespaces", and the class `Policies`.
"""
_SWITCHES: dict[str, tuple[str, Json]] = {
    "encryption_required": ("encryptionRequired", False),
    "schema_validation_enforced": ("schemaValidationEnforced", False),
    "subscription_auth_mode": ("subscriptionAuthMode", "None"),
}
"""Policies that refuse clients and always have a value, each with the path and body of the POST that resets it."""


def tenant_drift(admin: HttpService, tenant: str) -> list[str]:
    """Report a missing tenant, and one with roles that administer it."""
    found = admin.request("GET", f"/admin/v2/tenants/{tenant}", accept=(200, 404))
    if not isinstance(found, dict) or "allowedClusters" not in found:
        return [f"tenant {tenant} is missing"]
    roles = found.get("adminRoles")
    return [f"tenant {tenant} has the administrators {json.dumps(roles)}"] if roles else []


def remove_administrators(admin: HttpService, tenant: str) -> None:
    """Remove the roles that administer a tenant."""
    found = admin.request("GET", f"/admin/v2/tenants/{tenant}")
    if isinstance(found, dict) and found.get("adminRoles"):
        admin.request("POST", f"/admin/v2/tenants/{tenant}", {**found, "adminRoles": []})


def policy_drift(admin: HttpService, namespace: str) -> list[str]:
    """Report the policies of a namespace that were set by hand."""
    return [
        f"namespace {namespace} has the policy {name}: {json.dumps(value)}"
        for name, value in _set_policies(admin, namespace).items()
    ]


def unset_policies(admin: HttpService, namespace: str) -> None:
    """Unset the policies of a namespace that were set by hand."""
    for name in _set_policies(admin, namespace):
        if name in _SWITCHES:
            path, default = _SWITCHES[name]
            admin.request("POST", f"/admin/v2/namespaces/{namespace}/{path}", default)
        for path in _POLICIES.get(name, ()):
            admin.request("DELETE", f"/admin/v2/namespaces/{namespace}/{path}")


def _set_policies(admin: HttpService, namespace: str) -> dict[str, Json]:
    found = admin.request("GET", f"/admin/v2/namespaces/{namespace}")
    assert isinstance(found, dict)
    switched = {name: found[name] for name, (_, default) in _SWITCHES.items() if found.get(name) not in (None, default)}
    return {name: found[name] for name in _POLICIES if found.get(name)} | switched
