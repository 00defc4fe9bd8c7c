"""What the things of a stack are called on an engine, and the labels that tell whose they are."""

from infra.settings import PROJECT

STACK_LABEL = f"io.{PROJECT}.stack"
IMAGE_LABEL = f"io.{PROJECT}.image-reference"
INSTANCE_LABEL = f"io.{PROJECT}.instance"
SERVICE_LABEL = f"io.{PROJECT}.service"


def prefix(stack: str) -> str:
    """Of every name of a stack."""
    return f"{PROJECT}-{stack}"


def container(stack: str, service: str) -> str:
    """The container of a service."""
    return f"{prefix(stack)}-{service}"


def volume(stack: str, service: str, name: str) -> str:
    """The volume of a service."""
    return f"{prefix(stack)}-{service}-{name}"
