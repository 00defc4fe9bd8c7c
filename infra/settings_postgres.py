"""Settings of PostgreSQL, which stores DolphinScheduler's metadata."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings_base import Cpu, Memory, Model, at_least

DATABASE_PASSWORD = "dolphinscheduler-database"  # noqa: S105 # the name of a secret
"""Secret with the password of DolphinScheduler's role: generated, or the setting `postgresPassword`."""
_IDENTIFIER = r"^[a-z_][a-z0-9_]{0,62}$"


class ExternalPostgres(Model):
    """An existing PostgreSQL server, which replaces the stack's own. `database` and `user` must exist in it."""

    host: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$",
            description="host name or IPv4 address; the services and the machine that deploys connect to it",
        ),
    ]
    port: Annotated[int, Field(ge=1, le=65535, description="TCP port; 5432 by default")] = 5432
    database: Annotated[
        str,
        Field(pattern=_IDENTIFIER, description="database of the metadata, empty at first; dolphinscheduler by default"),
    ] = "dolphinscheduler"
    user: Annotated[
        str, Field(pattern=_IDENTIFIER, description="role that owns the database; dolphinscheduler by default")
    ] = "dolphinscheduler"
    ssl_mode: Literal["disable", "prefer", "require"] = Field(
        "require", description="encryption of connections, as libpq's sslmode; require by default"
    )


class PostgresSettings(Model):
    """PostgreSQL, which stores DolphinScheduler's metadata."""

    memory: Annotated[Memory, at_least("128Mi")] = Field("256Mi", description="memory of the server")
    storage: Memory = Field("5Gi", description="volume of the server")
    cpu: Cpu = Field("250m", description="CPU reserved for the server")
    external: ExternalPostgres | None = None
