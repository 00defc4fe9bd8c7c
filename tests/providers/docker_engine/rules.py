"""How the provider treats each input, from the schema of pulumi-docker 5.0.0."""

from dataclasses import dataclass, field

from pulumi_docker import ContainerArgs, NetworkArgs, RemoteImageArgs, VolumeArgs

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class Rules:
    """The rules of one resource type.

    Args:
        arguments: the SDK's class of the inputs.
        outputs: properties that are outputs only.
        updated: inputs whose change does not replace the resource.
        defaults: values that the provider adds at `check`.
        computed: omitted inputs to which the provider assigns a value.
        sequences: lists whose order matters; all others are sets.
        unsupported: inputs of the SDK that this plugin does not implement and therefore rejects, also nested ones.
        delete_before_replace: whether the old resource is deleted first, for a type with automatic names whose resource
            has an explicit name.
    """

    arguments: type
    outputs: tuple[str, ...]
    updated: frozenset[str] = frozenset()
    defaults: dict[str, Plain] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()
    sequences: frozenset[str] = frozenset()
    unsupported: frozenset[str] = frozenset()
    delete_before_replace: bool = False


_HEALTHCHECK: dict[str, Plain] = {
    "interval": "0s",
    "timeout": "0s",
    "startPeriod": "0s",
    "startInterval": "0s",
    "retries": 0,
}
NESTED_DEFAULTS: dict[str, dict[str, Plain]] = {
    "healthcheck": _HEALTHCHECK,
    "ports": {"ip": "0.0.0.0", "protocol": "tcp"},
    "uploads": {"executable": False},
}

RULES = {
    "docker:index/container:Container": Rules(
        ContainerArgs,
        outputs=("bridge", "containerLogs", "exitCode", "networkDatas"),
        updated=frozenset(
            [
                "attach",
                "containerReadRefreshTimeoutMilliseconds",
                "cpuPeriod",
                "cpuQuota",
                "cpuSet",
                "cpuShares",
                "destroyGraceSeconds",
                "deviceReadBps",
                "deviceReadIops",
                "deviceWriteBps",
                "deviceWriteIops",
                "healthcheck",
                "init",
                "logs",
                "maxRetryCount",
                "memory",
                "memoryReservation",
                "memorySwap",
                "mustRun",
                "removeVolumes",
                "restart",
                "rm",
                "start",
                "tmpfs",
                "wait",
                "waitTimeout",
            ]
        ),
        defaults={
            "attach": False,
            "containerReadRefreshTimeoutMilliseconds": 15000,
            "logs": False,
            "memoryReservation": 0,
            "mustRun": True,
            "networkMode": "bridge",
            "readOnly": False,
            "removeVolumes": True,
            "restart": "no",
            "rm": False,
            "start": True,
            "stdinOpen": False,
            "tty": False,
            "wait": False,
            "waitTimeout": 60,
        },
        computed=frozenset(
            [
                "command",
                "entrypoints",
                "envs",
                "healthcheck",
                "hostname",
                "init",
                "ipcMode",
                "labels",
                "logDriver",
                "platform",
                "runtime",
                "securityOpts",
                "shmSize",
                "stopSignal",
                "stopTimeout",
                # Not computed: if the program omits this input, a value from the image does not count as a change.
                "user",
                "workingDir",
            ]
        ),
        sequences=frozenset({"command", "entrypoints", "healthcheck.tests"}),
        unsupported=frozenset(
            [
                *("attach", "cgroupParent", "cgroupnsMode", "cpuPeriod", "cpuQuota", "cpuSet", "cpuShares", "cpus"),
                *("deviceReadBps", "deviceReadIops", "deviceRequests", "deviceWriteBps", "deviceWriteIops", "devices"),
                *("dns", "dnsOpts", "dnsSearches", "domainname", "gpus", "groupAdds", "hosts", "ipcMode", "logs"),
                *("mounts", "networksAdvanced.driverOpts", "networksAdvanced.gwPriority"),
                *("networksAdvanced.ipv4Address", "networksAdvanced.ipv6Address", "networksAdvanced.linkLocalIps"),
                *("networksAdvanced.macAddress", "pidMode", "platform", "privileged", "publishAllPorts", "runtime"),
                *("shmSize", "stdinOpen", "storageOpts", "sysctls", "tty", "uploads.source", "uploads.sourceHash"),
                *("usernsMode", "volumes.fromContainer", "volumes.hostPath", "volumes.selinuxRelabel", "wait"),
            ]
        ),
        delete_before_replace=True,
    ),
    "docker:index/network:Network": Rules(
        NetworkArgs,
        outputs=("scope",),
        computed=frozenset({"driver", "internal", "ipamConfigs", "options"}),
        defaults={"ipamDriver": "default"},
        unsupported=frozenset({"ingress", "ipamConfigs", "ipamOptions", "ipv6", "options"}),
        delete_before_replace=True,
    ),
    "docker:index/volume:Volume": Rules(
        VolumeArgs,
        outputs=("mountpoint",),
        updated=frozenset({"cluster"}),
        computed=frozenset({"driver"}),
        unsupported=frozenset({"cluster", "driverOpts"}),
        delete_before_replace=True,
    ),
    "docker:index/remoteImage:RemoteImage": Rules(
        RemoteImageArgs,
        outputs=("imageId", "repoDigest"),
        updated=frozenset({"build", "forceRemove", "keepLocally"}),
        unsupported=frozenset({"build", "platform"}),
    ),
}
