"""What a stack tells about itself."""

import os
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

OUTPUTS_FILE = "KAPPASTACK_OUTPUTS"
_PULUMI_SECONDS = 120
_ROOT = Path(__file__).parents[1]


class OutputsError(Exception):
    """Outputs that cannot be had or are incomplete; the message says what to do."""


class _Output(BaseModel):
    # a stack may tell more than these tests need
    model_config = ConfigDict(frozen=True, extra="ignore")


class Addresses(_Output):
    """Where the services answer."""

    pulsar_broker_url: str
    pulsar_admin_url: str
    zeta_url: str
    starrocks_host: str
    starrocks_query_port: int = Field(gt=0, lt=65536)
    starrocks_http_url: str
    dolphinscheduler_url: str
    api_url: str
    frontend_url: str
    topic: str


class Login(_Output):
    """A user of StarRocks."""

    user: str
    password: SecretStr


class Automation(_Output):
    """What DolphinScheduler lets programs in by."""

    token: SecretStr


class Tokens(_Output):
    """Of Pulsar's roles."""

    admin: SecretStr
    smoke: SecretStr


class Credentials(_Output):
    """The users that the tests need."""

    smoke: Login
    dolphinscheduler: Automation
    pulsar: Tokens


class StarRocks(_Output):
    """The store: the real one or the emulator."""

    edition: str
    database: str

    @property
    def is_emulator(self) -> bool:
        """Whether it is the emulator, which must say so everywhere."""
        return self.edition == "emulator"


class Outputs(_Output):
    """The outputs of a stack."""

    addresses: Addresses
    credentials: Credentials
    starrocks: StarRocks


def read_outputs(stack: str | None) -> Outputs:
    """The outputs of a stack, from the file that KAPPASTACK_OUTPUTS names, or else from Pulumi.

    Raises:
        OutputsError: neither is there, Pulumi fails, or outputs are missing.
    """
    if file := os.environ.get(OUTPUTS_FILE):
        return _parse(Path(file).read_text(), f"file {file}")
    if stack is None:
        raise OutputsError(f"name the stack: --stack local (or a file with its outputs in {OUTPUTS_FILE})")
    command = ["pulumi", "stack", "output", "--json", "--show-secrets", "-s", stack]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=_PULUMI_SECONDS)
    except FileNotFoundError:
        raise OutputsError('pulumi is not on PATH: run eval "$(make -s env)" first') from None
    except subprocess.TimeoutExpired:
        raise OutputsError(f"pulumi did not tell the outputs of stack {stack} within {_PULUMI_SECONDS} s") from None
    if done.returncode != 0:
        # only stderr: the outputs hold passwords
        raise OutputsError(f"pulumi told no outputs of stack {stack}: {done.stderr.strip()}")
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
