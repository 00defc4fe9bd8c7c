"""Queries of the Docker Engine, which the program makes before it declares resources.

If no engine responds, the functions return empty results, and the provider reports the error.
"""

import shutil

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from infra.container_states import run_docker
from infra.targets.docker import names


class Ulimit(BaseModel):
    """A resource limit (ulimit) of a container's processes."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(alias="Name")
    soft: int = Field(alias="Soft")
    hard: int = Field(alias="Hard")


class _LogConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")

    options: dict[str, str] | None = Field(alias="Config", default=None)


class HostConfig(BaseModel):
    """Settings of a container, including the defaults that the engine added at its creation."""

    model_config = ConfigDict(extra="ignore")

    log: _LogConfig = Field(alias="LogConfig", default=_LogConfig())
    ulimits: list[Ulimit] | None = Field(alias="Ulimits", default=None)

    def logs_with(self, options: dict[str, str]) -> bool:
        """Whether the container has these log options; the engine may have added others."""
        return options.items() <= (self.log.options or {}).items()

    def opens(self, files: int) -> bool:
        """Whether the container has this limit of open files; 0 accepts any limit."""
        return not files or any(
            (each.name, each.soft, each.hard) == ("nofile", files, files) for each in self.ulimits or []
        )


class _Container(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str = Field(alias="Name")
    host: HostConfig = Field(alias="HostConfig")


_CONTAINERS = TypeAdapter(list[_Container])


def host_configs(stack: str) -> dict[str, HostConfig]:
    """Settings of a stack's existing containers, by container name."""
    listed = run_docker("container", "ls", "--all", "--quiet", "--filter", f"label={names.STACK_LABEL}={stack}")
    if isinstance(listed, str) or not (identities := listed.stdout.split()):
        return {}
    found = run_docker("container", "inspect", *identities)
    if isinstance(found, str) or found.returncode != 0:
        return {}
    return {each.name.lstrip("/"): each.host for each in _CONTAINERS.validate_json(found.stdout)}


def has_client() -> bool:
    """Whether the Docker client is on PATH; without it, the functions of this module return empty results."""
    return shutil.which("docker") is not None


def lacks_image(reference: str) -> bool:
    """Whether an engine responds and does not have the image."""
    done = run_docker("image", "inspect", "--format", "{{.Id}}", reference)
    return not isinstance(done, str) and done.returncode != 0 and "no such image" in done.stderr.lower()
