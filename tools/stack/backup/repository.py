"""The repository of a stack's snapshots: that of the settings, or for the emulator one in its own volume."""

from dataclasses import dataclass

from apps.shared.starrocks import StarRocks
from infra.resources.connections import Connections
from infra.settings import Settings
from infra.settings_backup import ACCESS_KEY, SECRET_KEY
from tools.stack.backup.manifest import BackupError
from tools.stack.backup.snapshots import Repository
from tools.stack.backup.transfer import LOCATION


@dataclass(frozen=True)
class StackRepository:
    """The repository of a stack.

    Args:
        repository: the repository in StarRocks.
        is_local: whether its snapshots are files of the emulator, which become files of the backup.
    """

    repository: Repository
    is_local: bool

    @property
    def location(self) -> str:
        """The URL of the repository."""
        return self.repository.location

    def create(self, root: StarRocks) -> None:
        """Create the repository in StarRocks if it is missing."""
        self.repository.create(root)


def repository(settings: Settings, known: Connections) -> StackRepository:
    """The repository of a stack.

    Raises:
        BackupError: StarRocks' own servers need the settings' repository, and the settings have none.
    """
    if settings.starrocks.edition == "emulator":
        return StackRepository(Repository(LOCATION, {}), is_local=True)
    if not settings.backup.location:
        raise BackupError(
            "kappastack:backup.location is missing: StarRocks writes snapshots to an object store; set it to a URL "
            "such as s3a://bucket/folder"
        )
    properties = {"aws.s3.region": settings.backup.region, "aws.s3.endpoint": settings.backup.endpoint}
    keys = {
        "aws.s3.access_key": known.secrets.get(ACCESS_KEY, ""),
        "aws.s3.secret_key": known.secrets.get(SECRET_KEY, ""),
    }
    if any(keys.values()) and not all(keys.values()):
        raise BackupError("kappastack:backupAccessKey and kappastack:backupSecretKey belong together: set both or none")
    properties |= keys if all(keys.values()) else {"aws.s3.use_instance_profile": "true"}
    return StackRepository(
        Repository(settings.backup.location, {name: value for name, value in properties.items() if value}),
        is_local=False,
    )
