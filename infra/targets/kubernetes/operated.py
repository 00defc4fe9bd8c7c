"""A service that an operator runs: its custom resource, and the objects that the operator does not create."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pydantic import JsonValue

from infra.images import of_registry
from infra.services.model import Endpoint, Instances, Operator, Service, fill
from infra.targets.kubernetes import names, objects
from infra.targets.kubernetes.configuration import Configuration
from infra.targets.kubernetes.layout import PodLayout
from infra.targets.kubernetes.objects import Place


@dataclass(frozen=True)
class Operated:
    """A service with an operator, and the place of its objects."""

    layout: PodLayout
    operator: Operator
    place: Place

    @property
    def service(self) -> Service:
        """The service."""
        return self.layout.service

    @property
    def hosts(self) -> dict[str, str]:
        """The Service that the operator creates for each port."""
        return {port: pods.host for pods in self.operator.pods for port in pods.ports}

    def endpoints(self) -> dict[str, Endpoint]:
        """Endpoints for other pods: the Services that the operator creates, in the service's own namespace."""
        return {
            name: Endpoint(port.scheme, f"{self.hosts[name]}.{self.place.namespace}.svc", port.number)
            for name, port in self.service.ports.items()
        }

    def instances(self) -> dict[str, Instances]:
        """Each pod, by the port's name."""
        return {
            port: Instances(
                tuple(
                    Endpoint(
                        self.service.ports[port].scheme,
                        f"{member}.{self.place.namespace}.svc",
                        self.service.ports[port].number,
                    )
                    for member in pods.members
                )
            )
            for pods in self.operator.pods
            for port in pods.ports
        }

    def resource(self, configured: Configuration, opts: ResourceOptions) -> CustomResource:
        """Declare the custom resource, and a disruption budget for each kind of pods."""
        for pods in self.operator.pods:
            if pods.replicas > 1:
                group = f"{self.service.name}-{pods.name}"
                objects.budget(group, self.place)
        return CustomResource(
            self.service.name,
            api_version=self.operator.api_version,
            kind=self.operator.kind,
            metadata=self.place.metadata(self.service.name, self.service.name),
            spec=Output.all(files=configured.files or "", secrets=configured.secrets or "").apply(self._spec),
            opts=opts,
        )

    def _spec(self, configured: Mapping[str, str]) -> JsonValue:
        settings = self.place.settings
        texts = {
            **self.layout.values(),
            "object.files": configured["files"],
            "object.secrets": configured["secrets"],
            "retention": "Retain" if self.place.keep_data else "Delete",
            **{
                f"image.{name}": of_registry(image.reference, f"{self.service.name}-{name}", settings)
                for name, image in self.operator.images.items()
            },
        }
        values: dict[str, JsonValue] = {
            "@{class}": settings.storage_class or None,
            "@{pull}": [{"name": settings.pull_secret}] if settings.pull_secret else None,
        }
        for pods in self.operator.pods:
            group = f"{self.service.name}-{pods.name}"
            labels = names.labels(self.place.stack, self.service.name, group)
            values[f"@{{labels.{pods.name}}}"] = dict(labels)
            values[f"@{{spread.{pods.name}}}"] = _spread(group, required=settings.spread == "required")
        return _filled(dict(self.operator.spec), texts, values)


def _spread(group: str, *, required: bool) -> JsonValue:
    """The affinity of `infra.targets.kubernetes.pods`, in the form of the custom resource."""
    term: JsonValue = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {names.GROUP_LABEL: group}},
    }
    if required:
        return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    weighted: JsonValue = {"weight": 100, "podAffinityTerm": term}
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [weighted]}}


def _filled(value: JsonValue, texts: Mapping[str, str], values: Mapping[str, JsonValue]) -> JsonValue:
    """Replace placeholders. A key whose value is a placeholder of null is left out."""
    if isinstance(value, str):
        return values[value] if value in values else fill(value, texts)
    if isinstance(value, dict):
        filled = {key: _filled(each, texts, values) for key, each in value.items()}
        return {key: each for key, each in filled.items() if each is not None}
    if isinstance(value, list):
        return [_filled(each, texts, values) for each in value]
    return value
