"""The build context of an image: a tar stream that depends on the content only."""

import io
import tarfile
from pathlib import Path
from typing import IO

from infra.images import HEALTHY, Image
from tools.images import sbom


def write(image: Image, stream: IO[bytes]) -> None:
    """Write Dockerfile, health check, bill of materials and distributions, sorted, owned by root and without times.

    Args:
        image: an image whose distributions are assembled.
        stream: stream that the tar is written to.
    """
    with tarfile.open(fileobj=stream, mode="w|") as tar:
        _add_text(tar, "Dockerfile", image.dockerfile)
        _add_text(tar, "healthy", HEALTHY.read_text(), mode=0o755)
        _add_text(tar, "sbom.cdx.json", sbom.document(image))
        for distribution in image.distributions:
            for path in [distribution.path, *sorted(distribution.path.rglob("*"))]:
                _add(tar, path, f"{distribution.name}/{path.relative_to(distribution.path)}".removesuffix("/."))


def _plain(member: tarfile.TarInfo, mode: int) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = mode
    return member


def _add_text(tar: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    content = text.encode()
    member = _plain(tarfile.TarInfo(name), mode)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    member = tar.gettarinfo(path, name)
    if member.isreg():
        executable = bool(path.stat().st_mode & 0o100)
        with path.open("rb") as file:
            tar.addfile(_plain(member, 0o755 if executable else 0o644), file)
    else:
        # Hard links are kept, so that a jar that several servers share is stored once.
        tar.addfile(_plain(member, 0o755))
