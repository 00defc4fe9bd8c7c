"""Settings of the API of CIAPOL."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from apps.web import settings


def _has_index(folder: Path) -> Path:
    if not (folder / "aqi_hourly.sql").is_file():
        raise ValueError("should be the folder that contains aqi_hourly.sql")
    return folder


class Settings(settings.Settings):
    """The settings of every API, and the folder of the product's queries."""

    queries_dir: Annotated[Path, AfterValidator(_has_index)]
