"""The target `docker`: containers of a Docker Engine."""

from infra.targets.docker.target import DockerTarget

__all__ = ["DockerTarget"]
