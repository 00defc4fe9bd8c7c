"""Topics of Pulsar, with their tenant, namespaces, policies and schemas."""

import json
from pathlib import Path

from pulumi import ResourceOptions
from pydantic import BaseModel, ConfigDict

from infra.products.fields import pulsar_schema, read_fields
from infra.resources import connections
from infra.resources.http import HttpService, Json, ServiceError
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.pulsar.policies import policy_drift, remove_administrators, tenant_drift, unset_policies
from infra.resources.pulsar.topics_file import Namespace, Partitions, Permissions, read_topics
from infra.services.pulsar_roles import ADMIN
from infra.starting import wait_for_service

_FOUND_OR_NOT = (200, 404)


class Topic(BaseModel):
    """A partitioned topic, its registered schema, and permissions in addition to those of its namespace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    namespace: str
    partitions: Partitions
    permissions: Permissions = {}
    schema_text: str = ""
    """The schema definition as indented JSON text.

    A structure would lose Avro's null defaults, because Pulumi drops nulls.
    """

    @property
    def schema_definition(self) -> Json:
        """The schema definition; None for a topic without a schema."""
        definition: Json = json.loads(self.schema_text) if self.schema_text else None
        return definition


class TopicsInputs(Inputs):
    """A tenant with all of its namespaces and topics."""

    stack: str
    service: str
    tenant: str
    namespaces: dict[str, Namespace]
    topics: dict[str, Topic]
    keep_data: bool


class TopicsProvider(Provider[TopicsInputs]):
    """Manages tenant, namespaces, topics and schemas by Pulsar's admin REST interface."""

    model = TopicsInputs
    replace_on = ("stack", "tenant")

    def identity(self, inputs: TopicsInputs) -> str:
        """The tenant."""
        return f"{inputs.stack}/{inputs.tenant}"

    def apply(self, inputs: TopicsInputs, previous: TopicsInputs | None) -> None:
        """Create missing objects and change those that differ; a topic cannot lose partitions."""
        admin = _admin(inputs)
        wait_for_service(
            lambda: _not_ready(admin), stack=inputs.stack, service=inputs.service, within=600, what="Pulsar"
        )
        _ensure_tenant(admin, inputs.tenant)
        for name, namespace in inputs.namespaces.items():
            _ensure_namespace(admin, f"{inputs.tenant}/{name}", namespace)
        for name, topic in inputs.topics.items():
            namespace = inputs.namespaces[topic.namespace]
            _ensure_topic(admin, f"{inputs.tenant}/{topic.namespace}/{name}", topic, namespace)
        if previous is not None and not inputs.keep_data:
            for name in previous.topics.keys() - inputs.topics.keys():
                _delete_topic(admin, f"{inputs.tenant}/{previous.topics[name].namespace}/{name}")

    def find_drift(self, inputs: TopicsInputs) -> list[str]:
        """Report missing and different objects."""
        drift: list[str] = []
        try:
            admin = _admin(inputs, timeout=5)
            drift += tenant_drift(admin, inputs.tenant)
            for name, namespace in inputs.namespaces.items():
                drift += _namespace_drift(admin, f"{inputs.tenant}/{name}", namespace)
            # The topics of a missing tenant or namespace are missing too.
            if not any(line.endswith(" is missing") for line in drift):
                for name, topic in inputs.topics.items():
                    namespace = inputs.namespaces[topic.namespace]
                    drift += _topic_drift(admin, f"{inputs.tenant}/{topic.namespace}/{name}", topic, namespace)
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]
        return drift

    def remove(self, inputs: TopicsInputs) -> None:
        """Delete the tenant with all objects, unless the data are kept."""
        if inputs.keep_data:
            return
        admin = _admin(inputs)
        for name, topic in inputs.topics.items():
            _delete_topic(admin, f"{inputs.tenant}/{topic.namespace}/{name}")
        for name in inputs.namespaces:
            admin.request("DELETE", f"/admin/v2/namespaces/{inputs.tenant}/{name}", accept=(200, 204, 404))
        admin.request("DELETE", f"/admin/v2/tenants/{inputs.tenant}", accept=(200, 204, 404))


def _admin(inputs: TopicsInputs, timeout: float = 30) -> HttpService:
    known = connections.load(inputs.stack)
    endpoint = known.endpoint(inputs.service, "admin")
    return HttpService("Pulsar", endpoint.url, timeout=timeout, token=known.token(ADMIN))


def _not_ready(admin: HttpService) -> str:
    try:
        admin.request("GET", "/admin/v2/brokers/health")
    except ServiceError as error:
        return str(error)
    return ""


def _ensure_tenant(admin: HttpService, tenant: str) -> None:
    tenants = admin.request("GET", "/admin/v2/tenants")
    assert isinstance(tenants, list)
    if tenant not in tenants:
        clusters = admin.request("GET", "/admin/v2/clusters")
        admin.request("PUT", f"/admin/v2/tenants/{tenant}", {"adminRoles": [], "allowedClusters": clusters})
    remove_administrators(admin, tenant)


def _ensure_namespace(admin: HttpService, name: str, desired: Namespace) -> None:
    if _namespace_drift(admin, name, desired) == [f"namespace {name} is missing"]:
        admin.request("PUT", f"/admin/v2/namespaces/{name}", {})
    retention: Json = {
        "retentionTimeInMinutes": desired.retention_minutes,
        "retentionSizeInMB": desired.retention_size_mb,
    }
    admin.request("POST", f"/admin/v2/namespaces/{name}/retention", retention)
    unset_policies(admin, name)
    path = f"/admin/v2/namespaces/{name}"
    _ensure_permissions(admin, path, _permissions(admin, path), desired.permissions)


def _ensure_permissions(admin: HttpService, path: str, found: dict[str, list[str]], desired: Permissions) -> None:
    for role, actions in desired.items():
        if found.get(role) != sorted(actions):
            body: Json = list(actions)
            admin.request("POST", f"{path}/permissions/{role}", body)
    for role in found.keys() - desired.keys():
        admin.request("DELETE", f"{path}/permissions/{role}")


def _permissions(admin: HttpService, path: str) -> dict[str, list[str]]:
    """Sorted permissions of each role in a namespace or topic."""
    found = admin.request("GET", f"{path}/permissions")
    assert isinstance(found, dict)
    return {role: sorted(map(str, actions)) for role, actions in found.items() if isinstance(actions, list)}


def _topic_permissions(admin: HttpService, name: str, namespace: Namespace) -> dict[str, list[str]]:
    """Permissions in a topic of roles that have none in its namespace.

    Pulsar lists the namespace's permissions together with those of the topic.
    """
    found = _permissions(admin, f"/admin/v2/persistent/{name}")
    return {role: actions for role, actions in found.items() if role not in namespace.permissions}


def _namespace_drift(admin: HttpService, name: str, desired: Namespace) -> list[str]:
    found = admin.request("GET", f"/admin/v2/namespaces/{name}/retention", accept=(200, 204, 404))
    if isinstance(found, dict) and "reason" in found:
        return [f"namespace {name} is missing"]
    drift = policy_drift(admin, name)
    if not isinstance(found, dict) or (
        (found.get("retentionTimeInMinutes"), found.get("retentionSizeInMB"))
        != (desired.retention_minutes, desired.retention_size_mb)
    ):
        drift.append(f"namespace {name} has a different retention: {json.dumps(found)}")
    permissions = _permissions(admin, f"/admin/v2/namespaces/{name}")
    if permissions != {role: sorted(actions) for role, actions in desired.permissions.items()}:
        drift.append(f"namespace {name} has different permissions: {json.dumps(permissions)}")
    return drift


def _partitions(admin: HttpService, name: str) -> int:
    """Number of partitions of a topic; 0 if it does not exist or is not partitioned."""
    found = admin.request("GET", f"/admin/v2/persistent/{name}/partitions", accept=_FOUND_OR_NOT)
    partitions = found.get("partitions", 0) if isinstance(found, dict) else 0
    return partitions if isinstance(partitions, int) else 0


def _schema(admin: HttpService, name: str) -> Json:
    found = admin.request("GET", f"/admin/v2/schemas/{name}/schema", accept=_FOUND_OR_NOT)
    if not isinstance(found, dict) or not isinstance(found.get("data"), str):
        return None
    data = found["data"]
    assert isinstance(data, str)
    document: Json = json.loads(data)
    return document


def _ensure_topic(admin: HttpService, name: str, desired: Topic, namespace: Namespace) -> None:
    found = _partitions(admin, name)
    if found == 0:
        admin.request("PUT", f"/admin/v2/persistent/{name}/partitions", desired.partitions)
    elif found < desired.partitions:
        admin.request("POST", f"/admin/v2/persistent/{name}/partitions", desired.partitions)
    elif found > desired.partitions:
        raise ServiceError(
            f"topic {name} has {found} partitions and cannot be reduced to {desired.partitions}: "
            f"set at least {found}, or delete the topic"
        )
    if desired.schema_definition is not None and _schema(admin, name) != desired.schema_definition:
        body: Json = {"type": "JSON", "schema": json.dumps(desired.schema_definition), "properties": {}}
        admin.request("POST", f"/admin/v2/schemas/{name}/schema", body)
    granted = _topic_permissions(admin, name, namespace)
    _ensure_permissions(admin, f"/admin/v2/persistent/{name}", granted, desired.permissions)


def _topic_drift(admin: HttpService, name: str, desired: Topic, namespace: Namespace) -> list[str]:
    found = _partitions(admin, name)
    if found == 0:
        return [f"topic {name} is missing"]
    drift = []
    if found != desired.partitions:
        drift.append(f"topic {name} has {found} partitions instead of {desired.partitions}")
    if desired.schema_definition is not None and _schema(admin, name) != desired.schema_definition:
        drift.append(f"topic {name} has a different schema")
    granted = _topic_permissions(admin, name, namespace)
    if granted != {role: sorted(actions) for role, actions in desired.permissions.items()}:
        drift.append(f"topic {name} has different permissions: {json.dumps(granted)}")
    return drift


def _delete_topic(admin: HttpService, name: str) -> None:
    path = f"/admin/v2/persistent/{name}/partitions?force=true&deleteSchema=true"
    admin.request("DELETE", path, accept=(200, 204, 404))


class PulsarTopics(DynamicResource, module="kappastack", name="PulsarTopics"):
    """A Pulsar tenant with its namespaces, topics and schemas."""

    provider = TopicsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        definition: Path,
        keep_data: bool,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the tenant.

        Args:
            name: name of the resource.
            stack: name of the stack.
            service: name of Pulsar's service.
            definition: path of a `topics.yaml`. A topic's schema is generated from its `fields_file` in the same
                folder.
            keep_data: whether deletion of the resource keeps topics and messages.
            opts: resource options.

        Raises:
            TopicsError: the file has errors.
            FieldsError: a file of fields has errors.
        """
        file = read_topics(definition)
        topics = {
            topic: Topic(
                namespace=declared.namespace,
                partitions=declared.partitions,
                schema_text=pulsar_schema(read_fields(definition.parent / declared.fields_file))
                if declared.fields_file
                else "",
                permissions=declared.permissions,
            ).model_dump()
            for topic, declared in file.topics.items()
        }
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "tenant": file.tenant,
                "namespaces": {key: value.model_dump() for key, value in file.namespaces.items()},
                "topics": topics,
                "keep_data": keep_data,
            },
            opts,
        )
