"""A data product as a declaration. Everything else about it follows from its name by convention.

| what                          | where                                                                       |
|-------------------------------|-----------------------------------------------------------------------------|
| declaration                   | `stacks/products/NAME.py`, a variable `PRODUCT`                             |
| settings of a stack           | `kappastack:products: {NAME: {…}}`                                          |
| topics and fields of events   | `topics/NAME/`                                                              |
| migrations and queries        | `sql/NAME/V001__….sql`, `sql/NAME/queries/`                                 |
| jobs                          | `seatunnel/NAME/JOB.conf`                                                   |
| workflows                     | `dolphinscheduler/NAME/WORKFLOW.yaml`                                       |
| programs                      | `apps/NAME/api/`, `apps/NAME/PROGRAM/`                                      |
| part of the page              | `apps/frontend/src/products/NAME/`                                          |
| smoke tests                   | `smoke_tests/NAME/`                                                         |
| StarRocks user and its secret | `NAME_USER`, `starrocks-NAME_USER`                                          |
| StarRocks role                | `NAME_ROLE`                                                                 |
| Pulsar tenant                 | `NAME`                                                                      |
| Pulsar role and its secret    | `NAME-ROLE`, `pulsar-NAME-ROLE`                                             |
| service of the API            | `NAME-api`                                                                  |
| stack outputs                 | `products.NAME.…`                                                           |
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.settings import ROOT, ProductSettings

_NAME = re.compile(r"^[a-z][a-z0-9]{1,19}$")
_RESERVED = frozenset(
    {
        *("dolphinscheduler", "postgres", "pulsar", "seatunnel", "starrocks", "zookeeper"),
        *("frontend", "kappastack", "openapi", "pipeline", "platform", "shared", "smoke", "status", "tasks", "web"),
    }
)
"""Names that the platform uses itself: services, folders of `apps/`, paths of the page, its database."""

Cell = str | float | None
"""A value of a reference row; None is NULL."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """The HTTP API of a product: the program `apps/NAME/api`, whose StarRocks user is `NAME_api`.

    Args:
        port: TCP port before the stack's offset.
        formerly: name of the service in older revisions; an upgrade replaces that service. Empty for none.
    """

    port: int
    formerly: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A streaming job: `seatunnel/NAME/<name>.conf`.

    Args:
        name: name of the file; the job's name in the engine is `NAME-<name>`.
        database: value of the placeholder `${starrocks.database}`; empty for the product's first database.
    """

    name: str
    database: str = ""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that tasks of workflows run: `python -m apps.NAME.<name>`, as StarRocks user `NAME_<name>`.

    Args:
        name: folder below `apps/NAME/`.
        requirements: name of its lock file in `requirements/`.
    """

    name: str
    requirements: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Reference rows of a table.

    Args:
        name: name of the resource, without the product's prefix.
        table: name of a table in the product's first database.
        key: column that identifies a row.
        user: a user of the product with SELECT, INSERT and DELETE on the table.
        read: function that returns the rows by key: for each row its values by column, without the key column.
    """

    name: str
    table: str
    key: str
    user: str
    read: Callable[[], Mapping[str, Mapping[str, Cell]]]


@dataclass(frozen=True, kw_only=True)
class Computation:
    """A workflow that the deployment runs once over the demonstration data.

    Args:
        workflow: name of the workflow.
        days: length of the range before now, in days; 0 runs it without a range.
    """

    workflow: str
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """Data that a stack with `demonstration: true` is filled with after its deployment.

    Args:
        command: arguments of the Python interpreter that publish the data; `--broker URL` and `--token-file PATH`
            are appended.
        role: Pulsar role of the product that publishes the data.
        age_hours: query for the age of the newest demonstration row, in hours; NULL if there is none.
        stored: query for the number of stored events, which stops growing when all have arrived.
        first: workflows that run before the addresses are printed, because the page needs their results.
        later: workflows that run afterwards.
        fresh_hours: data younger than this are not published again.
    """

    command: tuple[str, ...]
    role: str
    age_hours: str
    stored: str
    first: tuple[Computation, ...] = ()
    later: tuple[Computation, ...] = ()
    fresh_hours: float = 2


@dataclass(frozen=True, kw_only=True)
class Product:
    """A data product.

    Args:
        name: lower-case letters and digits; at most 20.
        title: title for users, such as `Weather, hourly`.
        settings: its section of the stack's settings.
        databases: StarRocks databases, each `NAME_…`. The migrations of a single database are in `sql/NAME/`; of
            several databases, those of `NAME_x` are in `sql/NAME/x/`.
        roles: StarRocks role by user, both without the product's prefix. Migrations create the roles and grant to them;
            the deployment creates the users. The API uses the user `api`, workflows use `scheduler`, smoke tests use
            `smoke`, and a program uses the user with its name.
        job_users: users whose passwords the engine's jobs read.
        publishers: Pulsar roles that get a token, without the product's prefix; `topics/` grants permissions to them.
        jobs: streaming jobs.
        api: the HTTP API, if it has one.
        programs: programs that tasks run.
        reference: reference rows.
        demonstration: demonstration data, if the product has them.
        moved_settings: sections `kappastack:…` of older revisions, each with its new path in the product's section; an
            empty path is the section itself. A stack that still has an old section gets an error with the new path.

    Raises:
        ValueError: a name that is malformed, reserved or without the product's prefix.
    """

    name: str
    title: str
    settings: type[ProductSettings] = ProductSettings
    databases: tuple[str, ...]
    roles: Mapping[str, str] = field(default_factory=dict)
    job_users: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ("smoke",)
    jobs: tuple[Job, ...] = ()
    api: Api | None = None
    programs: tuple[Program, ...] = ()
    reference: tuple[Rows, ...] = ()
    demonstration: Demonstration | None = None
    moved_settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the names that the conventions use."""
        if not _NAME.match(self.name) or self.name in _RESERVED:
            raise ValueError(
                f"product name {self.name!r}: 2 to 20 lower-case letters and digits, first a letter, and none of "
                f"{', '.join(sorted(_RESERVED))}"
            )
        if not self.databases:
            raise ValueError(f"product {self.name}: databases is empty; name at least one, such as {self.name}_data")
        for database in self.databases:
            if not database.startswith(f"{self.name}_"):
                raise ValueError(f"product {self.name}: database {database!r} must begin with {self.name}_")
        needed = {*self.job_users, *(rows.user for rows in self.reference), *(each.name for each in self.programs)}
        if self.api is not None:
            needed.add("api")
        if unknown := sorted(needed - self.roles.keys()):
            raise ValueError(f"product {self.name}: roles lacks the users {', '.join(unknown)}, which it uses")

    @property
    def database(self) -> str:
        """The first database."""
        return self.databases[0]

    def migrations(self, database: str) -> Path:
        """The folder with the migrations of one of its databases."""
        folder = ROOT / "sql" / self.name
        return folder if len(self.databases) == 1 else folder / database.removeprefix(f"{self.name}_")

    def user(self, user: str) -> str:
        """The full name of a StarRocks user, such as `NAME_api`."""
        return f"{self.name}_{user}"

    @property
    def users(self) -> dict[str, str]:
        """StarRocks role by user, with full names."""
        return {self.user(user): f"{self.name}_{role}" for user, role in self.roles.items()}

    def role(self, role: str) -> str:
        """The full name of a Pulsar role, such as `NAME-publisher`."""
        return f"{self.name}-{role}"

    @property
    def topics(self) -> Path:
        """The file that declares its topics."""
        return ROOT / "topics" / self.name / "topics.yaml"

    @property
    def workflows(self) -> Path:
        """The folder of its workflows; it may be missing."""
        return ROOT / "dolphinscheduler" / self.name

    @property
    def smoke_tests(self) -> Path:
        """The folder of its smoke tests; it may be missing."""
        return ROOT / "smoke_tests" / self.name

    def job_file(self, job: Job) -> Path:
        """The file that defines a job."""
        return ROOT / "seatunnel" / self.name / f"{job.name}.conf"

    def job_name(self, job: Job) -> str:
        """The name of a job in the engine and in messages."""
        return f"{self.name}-{job.name}"

    @property
    def batch_jobs(self) -> list[Job]:
        """The jobs that its workflows run, which are the other files in the folder of its jobs."""
        streaming = {job.name for job in self.jobs}
        files = sorted((ROOT / "seatunnel" / self.name).glob("*.conf"))
        return [Job(name=file.stem) for file in files if file.stem not in streaming]

    def program_distribution(self, program: Program) -> str:
        """The name of the distribution of one of its programs, such as `NAME-predictor`."""
        return f"{self.name}-{program.name}"

    @property
    def api_service(self) -> str:
        """The name of the service that is its API."""
        return f"{self.name}-api"
