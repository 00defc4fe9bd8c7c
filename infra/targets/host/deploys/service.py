"""pyinfra deploy: the folders and files of one service."""

from io import StringIO
from pathlib import Path

from pyinfra.context import host
from pyinfra.operations import files

from infra.targets.host.description import Description
from infra.targets.host.paths import ServicePaths

paths = ServicePaths(Description.model_validate_json(Path(host.data.document).read_text()))
description = paths.description

folders = {path.parent for path in paths.rendered_files()}
folders |= {paths.folder, paths.files, paths.temporary, paths.secrets}
folders |= {paths.state.volume(description.service, volume) for volume in description.volumes}
for folder in sorted(folders):
    files.directory(name=f"folder {folder.name}", path=str(folder), mode="700")
for path, text in paths.rendered_files().items():
    mode = "700" if path == paths.script else "600"
    files.put(name=f"file {path.name}", src=StringIO(text), dest=str(path), mode=mode)
for name, value in description.secrets.items():
    files.put(name=f"secret {name}", src=StringIO(value), dest=str(paths.secrets / name), mode="600")
