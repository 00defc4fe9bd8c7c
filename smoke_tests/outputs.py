"""The outputs of a stack."""

import os
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

OUTPUTS_FILE = "KAPPASTACK_OUTPUTS"
_PULUMI_SECONDS = 120
_ROOT = Path(__file__).parents[1]


class OutputsError(Exception):
    """The outputs cannot be read or are incomplete. The message contains the remedy."""


class _Output(BaseModel):
    # A stack may have more outputs than these tests need.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Addresses(_Output):
    """Addresses of the platform's services."""

    pulsar_broker_url: str
    pulsar_admin_url: str
    zeta_url: str
    starrocks_host: str
    starrocks_query_port: int = Field(gt=0, lt=65536)
    starrocks_http_url: str
    dolphinscheduler_url: str
    platform_api_url: str
    frontend_url: str


class Login(_Output):
    """User name and password of a StarRocks user."""

    user: str
    password: SecretStr


class Scheduler(_Output):
    """Credentials of DolphinScheduler's API."""

    token: SecretStr


class Tokens(_Output):
    """Tokens of the platform's roles in Pulsar."""

    admin: SecretStr


class ProductCredentials(_Output):
    """Credentials of a product: StarRocks logins by user, Pulsar tokens by role, both without the product's prefix."""

    starrocks: dict[str, Login]
    pulsar: dict[str, SecretStr]


class Credentials(_Output):
    """Credentials of the platform and of its products."""

    platform_reader: Login
    dolphinscheduler: Scheduler
    pulsar: Tokens
    products: dict[str, ProductCredentials]


class StarRocks(_Output):
    """Which StarRocks the stack has: the emulator or the real database."""

    edition: str

    @property
    def is_emulator(self) -> bool:
        """Whether StarRocks is the emulator, which must identify itself in every interface."""
        return self.edition == "emulator"


class ProductOutputs(_Output):
    """A product: the address of its API (empty if it has none), its databases, and its topics by name."""

    api_url: str
    databases: list[str] = Field(min_length=1)
    topics: dict[str, str]


class Outputs(_Output):
    """The outputs of a stack."""

    addresses: Addresses
    credentials: Credentials
    starrocks: StarRocks
    products: dict[str, ProductOutputs]


def read_outputs(stack: str | None) -> Outputs:
    """Read the outputs of a stack from the file that KAPPASTACK_OUTPUTS names, otherwise from Pulumi.

    Raises:
        OutputsError: neither a stack nor a file is named, Pulumi fails, or outputs are missing.
    """
    if file := os.environ.get(OUTPUTS_FILE):
        try:
            text = Path(file).read_text()
        except OSError as error:
            raise OutputsError(
                f"{OUTPUTS_FILE}={file}: {error.strerror}; set it to a file with the stack's outputs"
            ) from None
        return _parse(text, f"file {file}")
    if stack is None:
        raise OutputsError(f"name the stack: --stack local (or a file with its outputs in {OUTPUTS_FILE})")
    command = ["pulumi", "stack", "output", "--json", "--show-secrets", "-s", stack]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=_PULUMI_SECONDS)
    except FileNotFoundError:
        raise OutputsError('pulumi is not on PATH: run eval "$(make -s env)" first') from None
    except subprocess.TimeoutExpired:
        raise OutputsError(f"`pulumi stack output` took longer than {_PULUMI_SECONDS} s for stack {stack}") from None
    if done.returncode != 0:
        # Show only stderr, because the outputs contain passwords.
        raise OutputsError(f"`pulumi stack output` failed for stack {stack}: {done.stderr.strip()}")
    return _parse(done.stdout, f"stack {stack}")


def _parse(text: str, source: str) -> Outputs:
    try:
        return Outputs.model_validate_json(text)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'whole'}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise OutputsError(f"{source} has no complete outputs ({problems}); is the stack up?") from None
