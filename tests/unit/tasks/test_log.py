import os
import subprocess
import sys

from apps.tasks.log import print_line

PROGRAM = """
import sys
from apps.tasks.errors import WorkerLost
from apps.tasks.log import print_line

print_line("first")
sys.stdin.readline()
try:
    print_line("second")
except WorkerLost:
    print_line("third")
    print("to standard error", file=sys.stderr, flush=True)
    sys.exit(7)
"""


def test_a_line_that_nothing_reads_ends_the_task() -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"first\n"
        process.stdout.close()
        process.stdin.write(b"go on\n")
        process.stdin.close()
        assert process.wait() == 7


def test_each_line_is_printed_at_once() -> None:
    reading, writing = os.pipe()
    before = sys.stdout
    with os.fdopen(reading) as read, os.fdopen(writing, "w") as written:
        sys.stdout = written
        try:
            print_line("été")
        finally:
            sys.stdout = before
        assert read.readline() == "été\n"
