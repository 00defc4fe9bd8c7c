"""The description of a service for target `host`: the inputs of its resource, which the deployment reads too."""

from pydantic import BaseModel, ConfigDict, Field

from infra.resources.provider import Inputs


class Health(BaseModel):
    """GET `path` on `port` answers 200 and holds `contains`, within `start_within` seconds of the start.

    Where `send` (hexadecimal) is set, these bytes are sent instead, and the answer contains `contains`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: str
    path: str
    send: str = ""
    contains: str
    start_within: float


class Description(Inputs):
    """The inputs of a host service. Placeholders stay unfilled, so that the state contains no path.

    Fields that were added later have defaults, so that services in older states can be removed.
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
