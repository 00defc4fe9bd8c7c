"""Pulsar accepts tokens of the new and the old key while the key is rotated, and those of no other key."""

import os
import secrets
import subprocess
from pathlib import Path

import jwt
import pytest

from infra.checkout import environment
from infra.distributions import pulsar

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).with_name("TokenFlow.java")


def token(key: str, role: str) -> str:
    return jwt.encode({"sub": role}, key, algorithm="HS256")


def roles(file: Path, *tokens: str) -> list[str]:
    folder = pulsar().path
    command = [
        *("java", "-cp", f"{folder}/classes:{folder}/conf:{folder}/lib/*", str(PROGRAM), file.as_uri()),
        *tokens,
    ]
    done = subprocess.run(
        command,
        # Pulsar's logging configuration creates the folder `logs` in the working directory.
        cwd=file.parent,
        env=os.environ | environment.variables(),
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [line.removeprefix("token ") for line in done.stdout.splitlines() if line.startswith("token ")]


def test_tokens_of_each_key_in_the_file_are_accepted(tmp_path: Path) -> None:
    new, old, other = (secrets.token_urlsafe(24) for _ in range(3))
    tokens = [token(new, "seatunnel"), token(old, "ciapol-sensors"), token(other, "admin")]
    file = tmp_path / "keys"
    file.write_text(f"{new}\n{old}")
    assert roles(file, *tokens) == ["seatunnel", "ciapol-sensors", "refused"]
    file.write_text(new)
    assert roles(file, *tokens) == ["seatunnel", "refused", "refused"]
