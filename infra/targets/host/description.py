"""A service as a host is told of it: the inputs of its resource, and what the deployment reads."""

from pydantic import BaseModel, ConfigDict, Field

from infra.resources.provider import Inputs


class Health(BaseModel):
    """GET `path` on `port` answers 200 and holds `contains`, within `start_within` seconds of the start.

    Where `send` (hexadecimal) is set it is sent as it is instead, and the answer's bytes hold `contains`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: str
    path: str
    send: str = ""
    contains: str
    start_within: float


class Description(Inputs):
    """The structured inputs of a host service; placeholders stay unfilled, so that the state holds no path.

    What was added later has a default: a service that an earlier version recorded can be taken away.
    """

    stack: str
    service: str
    distribution: str
    distributions: dict[str, str] = Field(default_factory=dict)
    command: list[str]
    environment: dict[str, str]
    files: dict[str, str]
    ports: dict[str, int]
    volumes: list[str]
    secret_names: list[str]
    secrets: dict[str, str]
    health: Health
    directory: str = ""
    stop_grace: int
    stop_signal: str = "TERM"
    keep_data: bool
