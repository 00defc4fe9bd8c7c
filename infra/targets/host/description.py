"""A service on a host: the inputs of its resource, which the pyinfra deploy reads too."""

from pydantic import BaseModel, ConfigDict, Field

from infra.resources.provider import Inputs


class Health(BaseModel):
    """A health check: within `start_within` seconds of the start, GET `path` on `port` returns 200 and `contains`.

    If `send` is set, the check uses TCP instead: the response to these bytes (hexadecimal) contains `contains`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: str
    path: str
    send: str = ""
    contains: str
    start_within: float


class Description(Inputs):
    """The inputs of a host service. Placeholders stay unfilled, so that the state contains no path of the machine.

    Fields that were added later have a default, so that services recorded by earlier revisions can be deleted.
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
    rereads: list[str] = Field(default_factory=list)
    health: Health
    directory: str = ""
    stop_grace: int
    stop_signal: str = "TERM"
    keep_data: bool
