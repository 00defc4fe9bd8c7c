"""The workload of a service: a StatefulSet whose pods keep name and volumes, or a Deployment of identical pods."""

from collections.abc import Sequence

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes import apps, core, meta

from infra.targets.kubernetes import names, objects
from infra.targets.kubernetes.configuration import Configuration
from infra.targets.kubernetes.layout import PodLayout
from infra.targets.kubernetes.objects import Place
from infra.targets.kubernetes.pods import pod


def workload(
    layout: PodLayout,
    place: Place,
    *,
    image: Input[str],
    instance: Input[str],
    configured: Configuration,
    after: Sequence[Resource],
) -> Resource:
    """Declare the workload with its claims. Its creation ends when its pods are ready.

    Args:
        layout: layout of the service.
        place: namespace and options of the objects.
        image: reference of the image.
        instance: text that changes with everything that must replace the pods.
        configured: objects with files and secrets.
        after: resources that must exist first.
    """
    service = layout.service
    claims: dict[str, str] = {}
    first: list[Resource] = []
    for name, volume in service.volumes.items():
        if volume.service:
            claims[name] = objects.claim_name(volume.service, name)
        elif service.replicas == 1 or volume.shared:
            claims[name] = objects.claim_name(service.name, name)
            first.append(objects.claim(service, name, place))
    template = pod(
        layout,
        place.stack,
        image=image,
        instance=instance,
        configured=configured,
        claims=claims,
        settings=place.settings,
    )
    opts = ResourceOptions.merge(place.opts, ResourceOptions(depends_on=[*first, *after]))
    selector = meta.v1.LabelSelectorArgs(match_labels=names.selector(service.name))
    metadata = place.metadata(service.name, service.name, group=layout.group)
    if not layout.has_identity:
        return _deployment(layout, metadata, selector, template, opts)
    templates = [
        core.v1.PersistentVolumeClaimArgs(
            metadata=meta.v1.ObjectMetaArgs(name=name), spec=objects.claim_spec(volume, place.settings)
        )
        for name, volume in service.volumes.items()
        if name not in claims
    ]
    retention = apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
        when_deleted="Retain" if place.keep_data else "Delete", when_scaled="Retain"
    )
    return apps.v1.StatefulSet(
        service.name,
        metadata=metadata,
        spec=apps.v1.StatefulSetSpecArgs(
            service_name=layout.members,
            replicas=service.replicas,
            selector=selector,
            template=template,
            pod_management_policy="Parallel",
            update_strategy=apps.v1.StatefulSetUpdateStrategyArgs(type="RollingUpdate"),
            volume_claim_templates=templates or None,
            persistent_volume_claim_retention_policy=retention if templates else None,
            revision_history_limit=3,
        ),
        opts=opts,
    )


def _deployment(
    layout: PodLayout,
    metadata: meta.v1.ObjectMetaArgs,
    selector: meta.v1.LabelSelectorArgs,
    template: core.v1.PodTemplateSpecArgs,
    opts: ResourceOptions,
) -> apps.v1.Deployment:
    service = layout.service
    return apps.v1.Deployment(
        service.name,
        metadata=metadata,
        spec=apps.v1.DeploymentSpecArgs(
            # If there is an autoscaler, it sets the number of replicas.
            replicas=None if service.most_replicas else service.replicas,
            selector=selector,
            template=template,
            strategy=apps.v1.DeploymentStrategyArgs(
                type="RollingUpdate",
                # With required anti-affinity, a further pod may find no node.
                rolling_update=apps.v1.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=1)
                if service.replicas > 1
                else apps.v1.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
            ),
            revision_history_limit=3,
            progress_deadline_seconds=600,
        ),
        opts=opts,
    )
