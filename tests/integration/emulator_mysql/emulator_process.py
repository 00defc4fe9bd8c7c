"""The emulator in its own process, for clients in other languages."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pymysql.cursors
from pymysql.constants import CLIENT

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its port of the MySQL protocol and its folder."""

    port: int
    data: Path

    @property
    def certificate(self) -> Path:
        """The certificate with which clients verify the server."""
        return self.data / "tls" / "certificate.pem"

    def connect(
        self, database: str | None = None, user: str = "root", password: str = ""
    ) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        """Open a connection with PyMySQL."""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=password,
            database=database,
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )


@contextmanager
def emulator_process(folder: Path) -> Iterator[Emulator]:
    """Run the emulator on free ports while the block runs."""
    command = [sys.executable, "-m", "starrocks_emulator", "--data", str(folder / "data")]
    command += ["--mysql-port", "0", "--fe-http-port", "0", "--be-http-port", "0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "log").read_text()
            yield Emulator(int(json.loads(line)["mysql"]), folder / "data")
        finally:
            process.terminate()
            try:
                process.wait(300)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(300)
                raise
