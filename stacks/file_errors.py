"""The errors in files that users write. They need the message, not a traceback."""

from apps.shared.placeholders import UnknownPlaceholder
from infra.images import ImageError
from infra.monitoring.dashboards import DashboardError
from infra.monitoring.rules import RuleError
from infra.products.fields import FieldsError
from infra.resources.dolphinscheduler.workflow_files import WorkflowError
from infra.resources.pulsar.topics_file import TopicsError
from infra.resources.starrocks.migrations import MigrationError
from infra.settings import SettingsError
from seatunnel.client.definition import DefinitionError

FILE_ERRORS = (
    *(DashboardError, DefinitionError, FieldsError, ImageError, MigrationError, RuleError, SettingsError, TopicsError),
    *(UnknownPlaceholder, WorkflowError),
)
