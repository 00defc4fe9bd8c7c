"""The objects of a data product inside the services: topics, schema, users, reference rows, jobs, workflows."""

from collections.abc import Sequence

from pulumi import ROOT_STACK_RESOURCE, Alias, ComponentResource, Output, Resource, ResourceOptions

from infra import platform as own
from infra.platform import secret
from infra.products.model import Job, Product
from infra.resources.dolphinscheduler.workflow_files import WorkflowFile
from infra.resources.pulsar.topics import PulsarTopics
from infra.resources.pulsar.topics_file import topic_urls
from infra.resources.seatunnel.job import SeaTunnelJob
from infra.resources.starrocks.rows import StarRocksRows
from infra.resources.starrocks.schema import StarRocksSchema
from infra.resources.starrocks.users import StarRocksUsers
from infra.services import pulsar_roles
from infra.settings import PROJECT, ProductSettings
from stacks.platform import Platform
from stacks.workflows import workflows


class DataProduct(ComponentResource):
    """A product on a platform. Each of its resources waits only for its own service.

    Attributes:
        api_url: address of the product's API for the operator; empty for a product without an API.
        databases: names of its databases.
        topics: address of each topic by name.
        credentials: StarRocks logins by user and Pulsar tokens by role; a secret output.
    """

    api_url: Output[str]
    databases: Output[list[str]]
    topics: Output[dict[str, str]]
    credentials: Output[dict[str, dict[str, object]]]

    def __init__(
        self, product: Product, settings: ProductSettings, platform: Platform, files: Sequence[WorkflowFile]
    ) -> None:
        """`files` are the product's workflows, sorted so that each follows those that it waits for."""
        super().__init__(f"{PROJECT}:products:DataProduct", product.name)
        self._product, self._settings, self._platform = product, settings, platform
        topics = self._topics()
        schemas = [self._schema(database) for database in product.databases]
        users = self._users(schemas)
        for rows in product.reference:
            StarRocksRows(
                f"{product.name}-{rows.name}",
                stack=platform.stack,
                service=platform.starrocks.service.name,
                user=product.user(rows.user),
                database=product.database,
                table=rows.table,
                key=rows.key,
                rows={key: dict(row) for key, row in rows.read().items()},
                opts=self._inside(platform.starrocks.resource, users),
            )
        jobs = [self._job(job, topics, users) for job in product.jobs]
        workflows(
            product.name,
            platform,
            files,
            opts=self._inside,
            needs=[users, *jobs],
        )
        self._outputs()

    def _inside(self, service: Resource, *needs: Resource) -> ResourceOptions:
        options = ResourceOptions(
            parent=self,
            # In older revisions these resources had no parent component.
            aliases=[Alias(parent=ROOT_STACK_RESOURCE)],
        )
        return ResourceOptions.merge(options, self._platform.inside(service, *needs))

    def _topics(self) -> PulsarTopics:
        platform = self._platform
        return PulsarTopics(
            f"{self._product.name}-topics",
            stack=platform.stack,
            service=platform.pulsar.service.name,
            definition=self._product.topics,
            keep_data=platform.settings.keep_data,
            opts=self._inside(platform.pulsar.resource),
        )

    def _schema(self, database: str) -> StarRocksSchema:
        platform, product = self._platform, self._product
        suffix = "" if len(product.databases) == 1 else database.removeprefix(product.name).replace("_", "-")
        return StarRocksSchema(
            f"{product.name}-schema{suffix}",
            stack=platform.stack,
            service=platform.starrocks.service.name,
            database=database,
            migrations=product.migrations(database),
            replication_num=platform.settings.starrocks.replication_num,
            keep_data=platform.settings.keep_data,
            opts=self._inside(platform.starrocks.resource, platform.schema),
        )

    def _users(self, schemas: Sequence[StarRocksSchema]) -> StarRocksUsers:
        platform, product = self._platform, self._product
        return StarRocksUsers(
            f"{product.name}-users",
            stack=platform.stack,
            service=platform.starrocks.service.name,
            roles=product.users,
            password_ids={user: platform.secrets.generated[secret(user)].version for user in product.users},
            opts=self._inside(platform.starrocks.resource, *schemas),
        )

    def _job(self, job: Job, *needs: Resource) -> SeaTunnelJob:
        platform, product = self._platform, self._product
        return SeaTunnelJob(
            product.job_name(job),
            stack=platform.stack,
            service=platform.seatunnel.service.name,
            starrocks=platform.starrocks.service.name,
            database=own.DATABASE,
            product=product.name,
            definition=product.job_file(job),
            settings={"starrocks.database": job.database or product.database, **self._settings.job_settings()},
            instances={each.service.name: each.instance for each in platform.streaming},
            opts=self._inside(platform.seatunnel.resource, *needs),
        )

    def _outputs(self) -> None:
        platform, product = self._platform, self._product
        api = platform.services.get(product.api_service)
        values = platform.secrets.values
        self.api_url = Output.from_input(api.operator_endpoints["http"].url if api else "")
        self.databases = Output.from_input(list(product.databases))
        self.topics = Output.from_input(topic_urls(product.topics))
        self.credentials = Output.secret(
            {
                "starrocks": {
                    user: {"user": product.user(user), "password": values[secret(product.user(user))]}
                    for user in product.roles
                },
                "pulsar": {role: values[pulsar_roles.token(product.role(role))] for role in product.publishers},
            }
        )
        self.register_outputs({"api_url": self.api_url, "databases": self.databases, "topics": self.topics})
