"""Settings of backups: where StarRocks writes its snapshots."""

from typing import Annotated

from pydantic import Field, field_validator

from infra.settings_base import Model, is_web_address

ACCESS_KEY = "backup-access-key"
"""Name of the secret with the setting `backupAccessKey`."""
SECRET_KEY = "backup-secret-key"  # noqa: S105 # the name of a secret


class BackupSettings(Model):
    """The object store for snapshots of StarRocks' edition cluster; the emulator's snapshots are files of a backup."""

    location: Annotated[
        str,
        Field(
            pattern=r"^(s3a?://[a-z0-9][a-z0-9.-]+/\S+)?$",
            description="object store of backups: s3a://bucket/folder (Amazon) or s3://bucket/folder",
        ),
    ] = ""
    region: str = Field("", description="region of the bucket, such as eu-west-3")
    endpoint: Annotated[
        str, Field(pattern=r"^(https?://\S+)?$", description="URL of an object store other than Amazon's")
    ] = ""

    @field_validator("endpoint")
    @classmethod
    def _endpoint_is_a_url(cls, value: str) -> str:
        if value and not is_web_address(value):
            msg = "must begin with http:// or https://, followed by a host"
            raise ValueError(msg)
        return value
