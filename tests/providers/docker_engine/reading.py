"""The state of a container as the provider reads it from the engine's response."""

from collections.abc import Mapping

from tests.providers.docker_engine.durations import as_go_writes
from tests.providers.docker_engine.request import MIB, objects, whole
from tests.providers.docker_engine.resources import State, text
from tests.providers.docker_engine.rules import Plain


def state_of(found: Mapping[str, Plain], state: State) -> State:
    """The values that the provider reads. Labels, environment, volumes and networks keep their recorded values.

    Args:
        found: response of the engine to an inspection.
        state: the recorded state.
    """
    config, host, status = _object(found["Config"]), _object(found["HostConfig"]), _object(found["State"])
    restart, logs = _object(host["RestartPolicy"]), _object(host["LogConfig"])
    swap = whole(host["MemorySwap"])
    read: State = {
        "name": text(found["Name"]).lstrip("/"),
        "rm": host["AutoRemove"],
        "readOnly": host["ReadonlyRootfs"],
        "image": found["Image"] if str(state.get("image")).startswith("sha256:") else config["Image"],
        "hostname": config["Hostname"],
        "command": config["Cmd"],
        "entrypoints": config["Entrypoint"],
        "user": config["User"],
        "securityOpts": host["SecurityOpt"],
        "restart": restart["Name"],
        "maxRetryCount": restart["MaximumRetryCount"],
        "init": bool(host["Init"]),
        "workingDir": config["WorkingDir"],
        "tmpfs": host.get("Tmpfs"),
        "memory": whole(host["Memory"]) // MIB,
        "memoryReservation": whole(host["MemoryReservation"]) // MIB,
        "memorySwap": swap // MIB if swap > 0 else swap,
        "logDriver": logs["Type"],
        "networkMode": host["NetworkMode"],
        "stopSignal": config.get("StopSignal"),
        "stopTimeout": config.get("StopTimeout"),
        "shmSize": whole(host["ShmSize"]) // MIB,
        "ipcMode": host["IpcMode"],
        "runtime": host["Runtime"],
        # The list includes the default limits of the engine.
        "ulimits": [
            {"name": each["Name"], "soft": each["Soft"], "hard": each["Hard"]} for each in objects(host["Ulimits"])
        ],
    }
    if state.get("logOpts"):
        read["logOpts"] = logs["Config"]
    if host["CapAdd"] or host["CapDrop"]:
        # The engine returns NET_ADMIN as CAP_NET_ADMIN, and the provider compares texts.
        read["capabilities"] = {"adds": host["CapAdd"], "drops": host["CapDrop"]}
    if status["Running"] or state.get("mustRun"):
        read["ports"] = _published(_object(found["NetworkSettings"])["Ports"])
    if config.get("Healthcheck"):
        read["healthcheck"] = _health(_object(config["Healthcheck"]))
    if not status["Running"]:
        read["exitCode"] = status["ExitCode"]
        if state.get("mustRun"):
            read["mustRun"] = False
    return read


def _object(value: Plain) -> dict[str, Plain]:
    assert isinstance(value, dict), value
    return value


def _published(ports: Plain) -> Plain:
    found: list[Plain] = []
    bound = _object(ports or {})
    for key in sorted(bound, key=lambda each: (int(each.split("/")[0]), each)):
        internal, protocol = key.split("/")
        found += [
            {
                "internal": int(internal),
                "external": int(text(binding["HostPort"])),
                "ip": binding["HostIp"],
                "protocol": protocol,
            }
            for binding in objects(bound[key])
        ]
    return found


def _health(check: Mapping[str, Plain]) -> Plain:
    return {
        "tests": check.get("Test") or [],
        "interval": as_go_writes(whole(check.get("Interval"))),
        "timeout": as_go_writes(whole(check.get("Timeout"))),
        "startPeriod": as_go_writes(whole(check.get("StartPeriod"))),
        "startInterval": as_go_writes(whole(check.get("StartInterval"))),
        "retries": whole(check.get("Retries")),
    }
