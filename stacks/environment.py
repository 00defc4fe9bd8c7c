"""An environment: a target, the platform on it, and the stack's data products on the platform."""

from infra import platform as own
from infra.products.registry import chosen
from infra.resources.dolphinscheduler.workflow_files import WorkflowFile, read_workflows
from infra.resources.seatunnel.other_jobs import SeaTunnelOtherJobs
from infra.settings import Settings
from infra.targets.base import Target
from stacks.data_product import DataProduct
from stacks.digests import check_digests
from stacks.outputs import export
from stacks.platform import Platform
from stacks.workflows import workflows


def environment(settings: Settings, stack: str, target: Target | None = None) -> None:
    """Declare the environment of a stack.

    Args:
        settings: settings of the stack.
        stack: name of the stack.
        target: target that runs the services; by default the one that the settings name.

    Raises:
        SettingsError: a product, or the image of a digest, does not exist, or the target lacks a setting.
        WorkflowError: a workflow file has an error.
    """
    products = chosen(settings.products)
    check_digests(settings, products)
    # Errors in a workflow are reported before any resource is created.
    platform_files = read_workflows(own.WORKFLOWS)
    files: dict[str, list[WorkflowFile]] = {
        product.name: read_workflows(product.workflows) if product.workflows.is_dir() else [] for product in products
    }
    platform = Platform(
        target or _target(settings, stack), settings, stack, [(each, settings.products[each.name]) for each in products]
    )
    workflows(own.NAME, platform, platform_files, opts=platform.inside, needs=[platform.users])
    SeaTunnelOtherJobs(
        "seatunnel-jobs",
        stack=stack,
        service=platform.seatunnel.service.name,
        streaming=[product.job_name(job) for product in products for job in product.jobs],
        batch=[product.job_name(job) for product in products for job in product.batch_jobs],
        opts=platform.inside(platform.seatunnel.resource),
    )
    export(
        platform,
        {
            product.name: DataProduct(product, settings.products[product.name], platform, files[product.name])
            for product in products
        },
    )


def _target(settings: Settings, stack: str) -> Target:
    # Imported here, so that only the selected target's provider package is loaded.
    if settings.target == "host":
        from infra.targets.host import HostTarget  # noqa: PLC0415

        return HostTarget(stack=stack, port_offset=settings.port_offset, keep_data=settings.keep_data)
    if settings.target == "docker":
        from infra.targets.docker import DockerTarget  # noqa: PLC0415

        return DockerTarget(
            stack=stack,
            port_offset=settings.port_offset,
            keep_data=settings.keep_data,
            settings=settings.docker,
            products=chosen(settings.products),
        )
    from infra.targets.kubernetes.target import KubernetesTarget  # noqa: PLC0415

    return KubernetesTarget(
        stack=stack,
        port_offset=settings.port_offset,
        keep_data=settings.keep_data,
        settings=settings.kubernetes,
        products=chosen(settings.products),
    )
