"""Containers through the Docker API, with the same steps as the provider."""

import base64
import io
import re
import tarfile
import time
from collections.abc import Mapping

import docker
from docker.errors import APIError, NotFound

from tests.providers.docker_engine.resources import State, labels, text
from tests.providers.docker_engine.rules import Plain

_MIB = 1024 * 1024
_DURATION = re.compile(r"([0-9.]+)(ms|h|m|s)")
_NANOSECONDS = {"ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}


def nanoseconds(duration: str) -> int:
    """Convert a Go duration such as `1m30s` to nanoseconds."""
    return round(sum(float(number) * _NANOSECONDS[unit] for number, unit in _DURATION.findall(duration)))


def as_go_writes(value: int) -> str:
    """Format nanoseconds as a Go duration such as `1m30s`."""
    seconds = value / 1e9
    if seconds < 60:
        return f"{seconds:g}s"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}h{minutes}m{rest:g}s" if hours else f"{minutes}m{rest:g}s"


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


class Container:
    """`docker.Container`. Its id is the id of the container."""

    def create(self, client: docker.DockerClient, inputs: State) -> tuple[str, State]:
        """Create, connect, upload, start. A container that fails to start is removed; the provider keeps it."""
        made = client.api.create_container_from_config(  # type: ignore[no-untyped-call] # its types lack it
            _configuration(inputs), text(inputs["name"])
        )
        identity: str = made["Id"]
        try:
            self._connect(client, identity, inputs)
            for upload in objects(inputs.get("uploads")):
                _upload(client, identity, upload)
            if inputs.get("start"):
                client.api.start(identity)
        except BaseException:
            client.api.remove_container(identity, force=True, v=True)
            raise
        found = self.read(client, identity, inputs)
        assert found is not None
        return found

    @staticmethod
    def _connect(client: docker.DockerClient, identity: str, inputs: State) -> None:
        networks = objects(inputs.get("networksAdvanced"))
        if networks:
            try:
                client.api.disconnect_container_from_network(identity, "bridge")
            except APIError as error:
                if "is not connected to" not in str(error):
                    raise
        for network in networks:
            client.api.connect_container_to_network(
                identity, text(network["name"]), aliases=texts(network.get("aliases"))
            )

    def read(self, client: docker.DockerClient, identity: str, state: State) -> tuple[str, State] | None:
        """Return what the provider reads. Labels, environment, volumes and networks keep their recorded values."""
        try:
            found = client.api.inspect_container(identity)
        except NotFound:
            return None
        config, host = found["Config"], found["HostConfig"]
        running = found["State"]["Running"]
        read: State = {
            "name": found["Name"].lstrip("/"),
            "rm": host["AutoRemove"],
            "readOnly": host["ReadonlyRootfs"],
            "image": found["Image"] if str(state.get("image")).startswith("sha256:") else config["Image"],
            "hostname": config["Hostname"],
            "command": config["Cmd"],
            "entrypoints": config["Entrypoint"],
            "user": config["User"],
            "securityOpts": host["SecurityOpt"],
            "restart": host["RestartPolicy"]["Name"],
            "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
            "init": bool(host["Init"]),
            "workingDir": config["WorkingDir"] if state.get("workingDir") else None,
            "tmpfs": host.get("Tmpfs"),
            "memory": host["Memory"] // _MIB,
            "memorySwap": host["MemorySwap"] // _MIB if host["MemorySwap"] > 0 else host["MemorySwap"],
            "logDriver": host["LogConfig"]["Type"],
            "networkMode": host["NetworkMode"],
            "stopSignal": config.get("StopSignal"),
            "stopTimeout": config.get("StopTimeout"),
            "shmSize": host["ShmSize"] // _MIB,
            "ipcMode": host["IpcMode"],
            "runtime": host["Runtime"],
        }
        if state.get("logOpts"):
            read["logOpts"] = host["LogConfig"]["Config"]
        if host["CapAdd"] or host["CapDrop"]:
            read["capabilities"] = {"adds": host["CapAdd"], "drops": host["CapDrop"]}
        if state.get("ports") and (running or state.get("mustRun")):
            read["ports"] = _published(found["NetworkSettings"]["Ports"] or {})
        if host.get("Ulimits"):
            # The list includes the default limits of the engine.
            read["ulimits"] = [
                {"name": each["Name"], "soft": each["Soft"], "hard": each["Hard"]} for each in host["Ulimits"]
            ]
        if config.get("Healthcheck"):
            read["healthcheck"] = _health(config["Healthcheck"])
        if not running:
            read["exitCode"] = found["State"]["ExitCode"]
            if state.get("mustRun"):
                read["mustRun"] = False
        return identity, read

    def update(self, client: docker.DockerClient, identity: str, old: State, new: State) -> State:
        """Start the container if it must run, and change its limits. Other changes are only recorded."""
        if new.get("mustRun") and not old.get("mustRun") and new.get("start"):
            client.api.start(identity)
        limits = ("restart", "maxRetryCount", "memory", "memorySwap", "memoryReservation")
        if any(old.get(name) != new.get(name) for name in limits):
            client.api.update_container(
                identity,
                mem_limit=whole(new.get("memory")) * _MIB,
                memswap_limit=whole(new.get("memorySwap")) * _MIB or None,
                restart_policy={"Name": text(new["restart"]), "MaximumRetryCount": whole(new.get("maxRetryCount"))},  # type: ignore[arg-type] # its types want another class
            )
        found = self.read(client, identity, new)
        return found[1] if found else {}

    def delete(self, client: docker.DockerClient, identity: str, state: State) -> None:
        """Stop the container, at once without a grace period, and remove it with its anonymous volumes."""
        try:
            client.api.stop(identity, timeout=whole(state.get("destroyGraceSeconds")))
            client.api.remove_container(identity, force=True, v=bool(state.get("removeVolumes")))
        except NotFound:
            return
        except APIError as error:
            if "is already in progress" not in str(error):
                raise
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                client.api.inspect_container(identity)
            except NotFound:
                return
            time.sleep(0.05)


def _configuration(inputs: State) -> dict[str, object]:
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
        "Memory": whole(inputs.get("memory")) * _MIB,
        "MemorySwap": whole(inputs.get("memorySwap")) * _MIB,
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
        raise RuntimeError(f"this replacement plugin mounts only named volumes, not {volume}")
    return f"{volume['volumeName']}:{volume['containerPath']}:{'ro' if volume.get('readOnly') else 'rw'}"


def _key(port: dict[str, Plain]) -> str:
    return f"{port['internal']}/{port.get('protocol') or 'tcp'}"


def _upload(client: docker.DockerClient, identity: str, upload: dict[str, Plain]) -> None:
    """Upload a file of root below `/`. The engine rejects this for a container with a read-only root."""
    given = [upload.get(name) for name in ("content", "contentBase64", "source") if upload.get(name)]
    if len(given) != 1:
        raise RuntimeError(f"upload {upload.get('file')}: exactly one of content, contentBase64 and source is needed")
    if upload.get("source"):
        raise RuntimeError("this replacement plugin does not upload source files")
    content = base64.b64decode(text(given[0])) if upload.get("contentBase64") else text(given[0]).encode()
    member = tarfile.TarInfo(text(upload["file"]))
    default = "744" if upload.get("executable") else "644"
    member.mode = int(text(upload.get("permissions") or default), 8)
    member.size = len(content)
    member.mtime = int(time.time())
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(member, io.BytesIO(content))
    client.api.put_archive(identity, "/", archive.getvalue())


def _published(ports: Mapping[str, list[dict[str, str]] | None]) -> list[Plain]:
    found: list[Plain] = []
    for key in sorted(ports, key=lambda each: (int(each.split("/")[0]), each)):
        for binding in ports[key] or []:
            internal, protocol = key.split("/")
            found.append(
                {
                    "internal": int(internal),
                    "external": int(binding["HostPort"]),
                    "ip": binding["HostIp"],
                    "protocol": protocol,
                }
            )
    return found


def _health(check: Mapping[str, Plain]) -> Plain:
    return {
        "tests": check.get("Test") or [],
        "interval": as_go_writes(whole(check.get("Interval"))),
        "timeout": as_go_writes(whole(check.get("Timeout"))),
        "startPeriod": as_go_writes(whole(check.get("StartPeriod"))),
        "startInterval": "0s",
        "retries": whole(check.get("Retries")),
    }
