"""The request to the engine that creates a container."""

from tests.providers.docker_engine.durations import nanoseconds
from tests.providers.docker_engine.resources import State, labels, text
from tests.providers.docker_engine.rules import Plain

MIB = 1024 * 1024


def texts(value: Plain) -> list[str]:
    """The value as a list of texts, empty for None."""
    assert value is None or isinstance(value, list)
    return [text(each) for each in value or []]


def objects(value: Plain) -> list[dict[str, Plain]]:
    """The value as a list of objects, empty for None."""
    assert value is None or isinstance(value, list)
    return [each for each in value or [] if isinstance(each, dict)]


def whole(value: Plain) -> int:
    """The value as a whole number, 0 for None."""
    assert value is None or isinstance(value, int)
    return value or 0


def swap(mebibytes: Plain) -> int:
    """Memory with swap in bytes. -1 means without a limit."""
    value = whole(mebibytes)
    return value * MIB if value > 0 else value


def configuration(inputs: State) -> dict[str, object]:
    """The body of the request that creates a container.

    Raises:
        RuntimeError: an input is wrong that the provider checks here and not earlier.
    """
    ports = objects(inputs.get("ports"))
    config: dict[str, object] = {
        "Image": inputs["image"],
        "Hostname": inputs.get("hostname") or "",
        "User": inputs.get("user") or "",
        "Env": texts(inputs.get("envs")) or None,
        "WorkingDir": inputs.get("workingDir") or "",
        "Labels": labels(inputs.get("labels")),
        "ExposedPorts": {_key(port): {} for port in ports},
        "HostConfig": _host(inputs, ports),
    }
    if inputs.get("command"):
        config["Cmd"] = texts(inputs["command"])
        if "" in texts(inputs["command"]):
            raise RuntimeError("values for command may not be empty")
    if inputs.get("entrypoints"):
        config["Entrypoint"] = texts(inputs["entrypoints"])
    if inputs.get("stopSignal"):
        config["StopSignal"] = inputs["stopSignal"]
    if inputs.get("stopTimeout"):
        config["StopTimeout"] = inputs["stopTimeout"]
    check = inputs.get("healthcheck")
    if isinstance(check, dict):
        config["Healthcheck"] = {
            "Test": texts(check.get("tests")),
            "Interval": nanoseconds(text(check.get("interval") or "0s")),
            "Timeout": nanoseconds(text(check.get("timeout") or "0s")),
            "StartPeriod": nanoseconds(text(check.get("startPeriod") or "0s")),
            "StartInterval": nanoseconds(text(check.get("startInterval") or "0s")),
            "Retries": whole(check.get("retries")),
        }
    return config


def _host(inputs: State, ports: list[dict[str, Plain]]) -> dict[str, object]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        target = {"HostIp": text(port.get("ip") or "0.0.0.0"), "HostPort": str(port.get("external") or "")}
        bindings.setdefault(_key(port), []).append(target)
    capabilities = inputs.get("capabilities")
    assert capabilities is None or isinstance(capabilities, dict)
    return {
        "AutoRemove": bool(inputs.get("rm")),
        "Binds": [_bind(volume) for volume in objects(inputs.get("volumes"))],
        "CapAdd": texts((capabilities or {}).get("adds")),
        "CapDrop": texts((capabilities or {}).get("drops")),
        "Init": bool(inputs.get("init")),
        "LogConfig": {"Type": inputs.get("logDriver") or "", "Config": inputs.get("logOpts") or {}},
        "Memory": whole(inputs.get("memory")) * MIB,
        "MemoryReservation": whole(inputs.get("memoryReservation")) * MIB,
        "MemorySwap": swap(inputs.get("memorySwap")),
        "NetworkMode": inputs["networkMode"],
        "PortBindings": bindings,
        "ReadonlyRootfs": bool(inputs.get("readOnly")),
        "RestartPolicy": {"Name": inputs["restart"], "MaximumRetryCount": whole(inputs.get("maxRetryCount"))},
        "SecurityOpt": texts(inputs.get("securityOpts")),
        "Tmpfs": inputs.get("tmpfs") or {},
        "Ulimits": [
            {"Name": each["name"], "Soft": each["soft"], "Hard": each["hard"]}
            for each in objects(inputs.get("ulimits"))
        ],
    }


def _bind(volume: dict[str, Plain]) -> str:
    if not volume.get("volumeName") or not volume.get("containerPath"):
        raise RuntimeError(f"a volume needs volumeName and containerPath: {volume}")
    return f"{volume['volumeName']}:{volume['containerPath']}:{'ro' if volume.get('readOnly') else 'rw'}"


def _key(port: dict[str, Plain]) -> str:
    return f"{port['internal']}/{port.get('protocol') or 'tcp'}"
