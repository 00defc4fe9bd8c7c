"""Kernel settings that StarRocks needs on its nodes, set by a privileged DaemonSet if the stack's settings enable it.

Source: https://docs.starrocks.io/docs/deployment/environment_configurations/
"""

from collections.abc import Mapping

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes import apps, core, meta

from infra.settings_of_targets import KubernetesSettings
from infra.targets.container import GROUP_ID, USER_ID
from infra.targets.kubernetes import names

EXACT: Mapping[str, str] = {
    "vm.overcommit_memory": "1",
    "vm.swappiness": "0",
}
"""Kernel parameters with one right value."""
AT_LEAST: Mapping[str, int] = {
    "vm.max_map_count": 262_144,
    "kernel.threads-max": 120_000,
    "kernel.pid_max": 200_000,
}
"""Kernel parameters whose larger values are kept."""
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
_MEMORY = "16Mi"


def script(*, write: bool, root: str = "") -> str:
    """A shell script that sets the parameters, or one that fails if the node has other values.

    Args:
        write: whether the script changes wrong values.
        root: folder that has `/proc` and `/sys`.
    """
    lines = ["set -eu"]
    huge_pages = root + HUGE_PAGES
    for name, value in EXACT.items():
        path = root + _path(name)
        lines.append(f'[ "$(cat {path})" = {value} ] || ' + (f"echo {value} > {path}" if write else _report(name)))
    for name, least in AT_LEAST.items():
        path = root + _path(name)
        lines.append(f'[ "$(cat {path})" -ge {least} ] || ' + (f"echo {least} > {path}" if write else _report(name)))
    changed = f"echo madvise > {huge_pages}" if write else _report("transparent_hugepage")
    # A kernel without transparent huge pages has no such file.
    lines.append(f"[ ! -e {huge_pages} ] || grep -q '\\[madvise\\]' {huge_pages} || {changed}")
    return "\n".join(lines) + "\n"


def declare(
    stack: str, namespace: str, settings: KubernetesSettings, *, image: Input[str], opts: ResourceOptions
) -> Resource:
    """Declare the DaemonSet: an init container sets the parameters, and the pod is ready while the node has them.

    Args:
        stack: name of the stack.
        namespace: a namespace without restrictions of pods.
        settings: settings of the cluster.
        image: an image with a shell.
        opts: options of the objects.
    """
    labels = names.labels(stack, names.NODE_SETTINGS)
    return apps.v1.DaemonSet(
        names.NODE_SETTINGS,
        metadata=meta.v1.ObjectMetaArgs(
            name=names.NODE_SETTINGS, namespace=namespace, labels=labels, annotations=names.REPAIRED
        ),
        spec=apps.v1.DaemonSetSpecArgs(
            selector=meta.v1.LabelSelectorArgs(match_labels=names.selector(names.NODE_SETTINGS)),
            template=core.v1.PodTemplateSpecArgs(
                metadata=meta.v1.ObjectMetaArgs(labels=labels),
                spec=core.v1.PodSpecArgs(
                    automount_service_account_token=False,
                    enable_service_links=False,
                    # Since Linux 6.14, each namespace of processes has its own kernel.pid_max.
                    host_pid=True,
                    node_selector=settings.node_settings.node_labels or None,
                    # The main container has nothing to finish.
                    termination_grace_period_seconds=1,
                    security_context=core.v1.PodSecurityContextArgs(
                        run_as_non_root=True,
                        run_as_user=USER_ID,
                        run_as_group=GROUP_ID,
                        seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
                    ),
                    image_pull_secrets=[core.v1.LocalObjectReferenceArgs(name=settings.pull_secret)]
                    if settings.pull_secret
                    else None,
                    init_containers=[_container("set", image, ["sh", "-c", script(write=True)], privileged=True)],
                    containers=[_container(names.NODE_SETTINGS, image, ["sleep", "infinity"], privileged=False)],
                ),
            ),
        ),
        opts=opts,
    )


def _container(name: str, image: Input[str], command: list[str], *, privileged: bool) -> core.v1.ContainerArgs:
    context = (
        # Only a privileged container may write below /proc/sys and /sys.
        core.v1.SecurityContextArgs(
            privileged=True, run_as_user=0, run_as_non_root=False, read_only_root_filesystem=True
        )
        if privileged
        else core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            run_as_non_root=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        )
    )
    check = core.v1.ProbeArgs(
        exec_=core.v1.ExecActionArgs(command=["sh", "-c", script(write=False)]), period_seconds=60, timeout_seconds=10
    )
    alive = core.v1.ProbeArgs(exec_=core.v1.ExecActionArgs(command=["true"]), period_seconds=60, timeout_seconds=10)
    return core.v1.ContainerArgs(
        name=name,
        image=image,
        image_pull_policy="IfNotPresent",
        command=command,
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": "1m", "memory": _MEMORY}, limits={"cpu": "100m", "memory": _MEMORY}
        ),
        security_context=context,
        readiness_probe=None if privileged else check,
        liveness_probe=None if privileged else alive,
        termination_message_policy="FallbackToLogsOnError",
    )


def _path(name: str) -> str:
    return "/proc/sys/" + name.replace(".", "/")


def _report(name: str) -> str:
    return f'{{ echo "{name} has another value"; exit 1; }}'
