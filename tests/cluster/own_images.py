"""Images with a single program, in an archive as `docker save` writes it."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping
from pathlib import Path

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def write(archive: Path, programs: Mapping[str, Path]) -> None:
    """Write an archive of images.

    Args:
        archive: path of the archive.
        programs: the program of each image by the image's reference. The program is the entrypoint.
    """
    manifest = []
    with tarfile.open(archive, "w") as tar:
        for reference, program in programs.items():
            layer = _layer(program)
            image = json.dumps(
                {
                    "architecture": _ARCHITECTURES[platform.machine()],
                    "os": "linux",
                    "config": {"Entrypoint": [f"/{program.name}"]},
                    "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
                }
            ).encode()
            names = f"{program.name}.json", f"{program.name}.tar"
            for name, content in zip(names, (image, layer), strict=True):
                _add(tar, name, content)
            manifest.append({"Config": names[0], "RepoTags": [reference], "Layers": [names[1]]})
        _add(tar, "manifest.json", json.dumps(manifest).encode())


def _layer(program: Path) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        _add(tar, program.name, program.read_bytes(), mode=0o755)
    return written.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = mode
    tar.addfile(entry, io.BytesIO(content))
