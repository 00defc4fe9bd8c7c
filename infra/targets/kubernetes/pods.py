"""The pods of a service, with security context, limits, probes and spread over nodes."""

from collections.abc import Mapping, Sequence

from pulumi import Input
from pulumi_kubernetes import core, meta

from infra.services.model import Service
from infra.settings_of_targets import KubernetesSettings
from infra.targets.container import FILES, GROUP_ID, SECRETS, TEMPORARY, USER_ID
from infra.targets.kubernetes import names
from infra.targets.kubernetes.configuration import Configuration
from infra.targets.kubernetes.layout import POD_NAME, PodLayout, escaped

_DRAIN_SECONDS = 5
"""Seconds between the removal of a pod from its Service and the stop signal.

In this time, kube-proxy and the Ingress controller learn of the removal and send the pod no further connections.
Services with another stop signal than TERM get it immediately.
"""
_FILE_MODE = 0o440


def pod(
    layout: PodLayout,
    stack: str,
    *,
    image: Input[str],
    instance: Input[str],
    configured: Configuration,
    claims: Mapping[str, str],
    settings: KubernetesSettings,
) -> core.v1.PodTemplateSpecArgs:
    """The template of a service's pods.

    Args:
        layout: layout of the service.
        stack: name of the stack.
        image: reference of the image.
        instance: text that changes with everything that must replace the pods.
        configured: objects with files and secrets.
        claims: names of the existing claims by volume; the workload's templates create the others.
        settings: settings of the cluster.
    """
    service = layout.service
    return core.v1.PodTemplateSpecArgs(
        metadata=meta.v1.ObjectMetaArgs(
            labels=names.labels(stack, service.name, layout.group),
            annotations={names.INSTANCE_ANNOTATION: instance},
        ),
        spec=core.v1.PodSpecArgs(
            service_account_name=service.name,
            automount_service_account_token=False,
            # Otherwise every Service of the namespace would become environment variables, such as PULSAR_PORT.
            enable_service_links=False,
            # The pause container then reaps child processes that a service leaves behind.
            share_process_namespace=service.stop_signal == "TERM",
            termination_grace_period_seconds=service.stop_grace + _DRAIN_SECONDS,
            security_context=core.v1.PodSecurityContextArgs(
                run_as_non_root=True,
                run_as_user=USER_ID,
                run_as_group=GROUP_ID,
                fs_group=USER_ID,
                # Otherwise each start would change the modes of all files, including files that must stay private.
                fs_group_change_policy="OnRootMismatch",
                seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
            ),
            image_pull_secrets=[core.v1.LocalObjectReferenceArgs(name=settings.pull_secret)]
            if settings.pull_secret
            else None,
            # Only a group of services, such as the members of a quorum, may require different nodes. Identical replicas
            # need no quorum, and an autoscaler may add more replicas than there are nodes.
            affinity=affinity(layout.group, required=settings.spread == "required" and bool(service.group))
            if _spreads(service)
            else None,
            topology_spread_constraints=[zones(layout.group)] if _spreads(service) else None,
            containers=[_container(layout, image=image, configured=configured)],
            volumes=_volumes(configured, claims),
        ),
    )


def affinity(group: str, *, required: bool) -> core.v1.AffinityArgs:
    """The affinity by which pods of a group run on different nodes."""
    term = core.v1.PodAffinityTermArgs(
        topology_key="kubernetes.io/hostname",
        label_selector=meta.v1.LabelSelectorArgs(match_labels={names.GROUP_LABEL: group}),
    )
    weighted = core.v1.WeightedPodAffinityTermArgs(weight=100, pod_affinity_term=term)
    return core.v1.AffinityArgs(
        pod_anti_affinity=core.v1.PodAntiAffinityArgs(
            required_during_scheduling_ignored_during_execution=[term] if required else None,
            preferred_during_scheduling_ignored_during_execution=None if required else [weighted],
        )
    )


def zones(group: str) -> core.v1.TopologySpreadConstraintArgs:
    """The constraint that spreads pods of a group over the cluster's zones."""
    return core.v1.TopologySpreadConstraintArgs(
        max_skew=1,
        topology_key="topology.kubernetes.io/zone",
        when_unsatisfiable="ScheduleAnyway",
        label_selector=meta.v1.LabelSelectorArgs(match_labels={names.GROUP_LABEL: group}),
    )


def limit(millicores: int) -> int:
    """CPU limit for a request, both in thousandths of a core.

    It is at least twice the request, because a JVM needs several times its usual CPU during its start.
    """
    return max(2 * millicores, 1000)


def _spreads(service: Service) -> bool:
    return bool(service.group) or service.replicas > 1 or service.most_replicas > 1


def _container(layout: PodLayout, *, image: Input[str], configured: Configuration) -> core.v1.ContainerArgs:
    service = layout.service
    memory = f"{service.memory}Mi"
    environment = [
        core.v1.EnvVarArgs(
            name=POD_NAME,
            value_from=core.v1.EnvVarSourceArgs(
                field_ref=core.v1.ObjectFieldSelectorArgs(field_path="metadata.name", api_version="v1")
            ),
        ),
        *(core.v1.EnvVarArgs(name=name, value=escaped([value])[0]) for name, value in layout.variables().items()),
    ]
    mounts = [core.v1.VolumeMountArgs(name="tmp", mount_path=TEMPORARY)]
    mounts += [core.v1.VolumeMountArgs(name=each, mount_path=layout.folder(each)) for each in service.volumes]
    if configured.files is not None:
        mounts.append(core.v1.VolumeMountArgs(name="files", mount_path=FILES, read_only=True))
    if configured.secrets is not None:
        mounts.append(core.v1.VolumeMountArgs(name="secrets", mount_path=SECRETS, read_only=True))
    return core.v1.ContainerArgs(
        name=service.name,
        image=image,
        image_pull_policy="IfNotPresent",
        command=escaped(layout.command()),
        # Published images have their own working directory.
        working_dir=None if service.image else layout.directory(),
        env=environment,
        ports=[
            core.v1.ContainerPortArgs(name=name, container_port=port.number, protocol="TCP")
            for name, port in sorted(service.ports.items())
        ],
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": f"{service.cpu}m", "memory": memory},
            # Memory is not overcommitted: a node under pressure kills pods above their request first.
            limits={"cpu": f"{limit(service.cpu)}m", "memory": memory},
        ),
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            run_as_non_root=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
        startup_probe=layout.startup(),
        readiness_probe=layout.readiness(),
        liveness_probe=layout.liveness(),
        lifecycle=core.v1.LifecycleArgs(
            pre_stop=core.v1.LifecycleHandlerArgs(exec_=core.v1.ExecActionArgs(command=_before_stop(service)))
        ),
        volume_mounts=mounts,
        termination_message_policy="FallbackToLogsOnError",
    )


def _before_stop(service: Service) -> list[str]:
    """The command before Kubernetes' own stop signal, which is SIGTERM."""
    if service.stop_signal == "TERM":
        return ["sleep", str(_DRAIN_SECONDS)]
    return ["sh", "-c", f"kill -{service.stop_signal} 1; while kill -0 1; do sleep 0.2; done"]


def _volumes(configured: Configuration, claims: Mapping[str, str]) -> Sequence[core.v1.VolumeArgs]:
    found = [
        core.v1.VolumeArgs(name="tmp", empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit="1Gi")),
        *(
            core.v1.VolumeArgs(
                name=volume,
                persistent_volume_claim=core.v1.PersistentVolumeClaimVolumeSourceArgs(claim_name=claim),
            )
            for volume, claim in claims.items()
        ),
    ]
    if configured.files is not None:
        items = [core.v1.KeyToPathArgs(key=key, path=path) for key, path in configured.paths.items()]
        files = core.v1.ConfigMapVolumeSourceArgs(name=configured.files, items=items, default_mode=_FILE_MODE)
        found.append(core.v1.VolumeArgs(name="files", config_map=files))
    if configured.secrets is not None:
        secret = core.v1.SecretVolumeSourceArgs(secret_name=configured.secrets, default_mode=_FILE_MODE)
        found.append(core.v1.VolumeArgs(name="secrets", secret=secret))
    return found
