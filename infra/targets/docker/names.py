"""Names and labels of a stack's containers, volumes and networks on an engine."""

from infra.settings import PROJECT

STACK_LABEL = f"io.{PROJECT}.stack"
IMAGE_LABEL = f"io.{PROJECT}.image-reference"
INSTANCE_LABEL = f"io.{PROJECT}.instance"
SERVICE_LABEL = f"io.{PROJECT}.service"


def prefix(stack: str) -> str:
    """Prefix of all names of a stack."""
    return f"{PROJECT}-{stack}"


def container(stack: str, service: str) -> str:
    """Name of a service's container."""
    return f"{prefix(stack)}-{service}"


def volume(stack: str, service: str, name: str) -> str:
    """Name of a service's volume."""
    return f"{prefix(stack)}-{service}-{name}"
