"""Finds a JDK, which runs Pulsar and Zeta and compiles the connectors, and Maven."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.checkout.process import Version, output_of, version_in
from infra.versions import JAVA_NEWEST, JAVA_OLDEST, MAVEN_OLDEST


def release(home: Path) -> int | None:
    """Major version of the JDK in a folder; None if there is none. A JRE without javac does not count."""
    try:
        text = (home / "release").read_text()
    except OSError:
        return None
    found = re.search(r'JAVA_VERSION="(\d+)', text)
    return int(found[1]) if found and (home / "bin" / "javac").is_file() else None


def candidates() -> Iterator[Path]:
    """Possible JDK folders: JAVA_HOME first, then those on PATH, then folders of system packages."""
    if chosen := os.environ.get("JAVA_HOME"):
        yield Path(chosen)
    if javac := shutil.which("javac"):
        yield Path(javac).resolve().parent.parent
    for folder in (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines")):
        if folder.is_dir():
            for home in sorted(folder.iterdir()):
                yield home.resolve()
                yield home / "Contents" / "Home"


def find() -> Path | None:
    """Folder of the first JDK with a supported version; None if there is none."""
    for home in candidates():
        major = release(home)
        if major is not None and JAVA_OLDEST <= major <= JAVA_NEWEST:
            return home
    return None


def maven() -> tuple[Path, Version] | None:
    """Path and version of Maven on PATH; None if it is missing or too old."""
    found = shutil.which("mvn")
    version = version_in(output_of([found, "--version"])) if found else None
    return (Path(found), version) if found and version and version >= MAVEN_OLDEST else None
