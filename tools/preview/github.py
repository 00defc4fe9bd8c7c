"""Previews on GitHub: `python -m tools.preview.github collect` and `… comment`.

The two commands run in two jobs. `collect` runs the code of the pull request and has no secret. `comment` runs the code
of the base branch, has a token, and handles the text of the other job as data.
"""

import json
import os
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tools.preview.text import MARK
from tools.stack.configuration import stacks

LONGEST: Final = 60_000
"""Maximum length of a comment in characters. Source: GitHub refuses bodies of more than 65,536."""
_PER_PAGE = 100
_TEXTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


class Comment(BaseModel):
    """A comment on a pull request."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    body: str = ""


_COMMENTS: TypeAdapter[list[Comment]] = TypeAdapter(list[Comment])


def collect(texts: Mapping[str, str], output: Path, summary: Path) -> None:
    """Write previews as output of a workflow step, and into the summary of the job.

    Args:
        texts: Markdown by stack.
        output: file of the step's outputs. The function appends `previews`, a JSON object on one line.
        summary: file of the job's summary.
    """
    with output.open("a") as file:
        # GitHub drops outputs of more than 1 MB. JSON escapes line breaks, so that a text cannot define another output.
        file.write(f"previews={json.dumps({stack: cut(text) for stack, text in texts.items()})}\n")
    with summary.open("a") as file:
        file.write("\n".join(texts.values()))


def cut(text: str) -> str:
    """Cut a text to the length that GitHub accepts for a comment. The job's summary contains the full text."""
    if len(text) <= LONGEST:
        return text
    shown = text[:LONGEST]
    # A code block that is open at the cut would contain the notice.
    end = "\n```" if sum(line.startswith("```") for line in shown.splitlines()) % 2 else ""
    return f"{shown}{end}\n\n… cut here. The summary of the workflow run contains the whole text.\n"


class PullRequest:
    """The comments of a pull request, by GitHub's REST API."""

    def __init__(self, api: str, repository: str, number: int, token: str) -> None:
        """`api` is the URL of the API, `repository` is `owner/name`."""
        self._comments = f"{api}/repos/{repository}/issues/{number}/comments"
        self._comment = f"{api}/repos/{repository}/issues/comments"
        self._token = token

    def put(self, stack: str, text: str) -> None:
        """Write the comment of a stack, or replace its text if there is one.

        Raises:
            OSError: GitHub refused the request or does not respond.
        """
        mark = MARK.format(stack=stack)
        for comment in self._all():
            if comment.body.startswith(mark):
                self._send("PATCH", f"{self._comment}/{comment.id}", {"body": cut(text)})
                return
        self._send("POST", self._comments, {"body": cut(text)})

    def _all(self) -> Sequence[Comment]:
        found: list[Comment] = []
        page = 1
        while True:
            answer = self._send("GET", f"{self._comments}?per_page={_PER_PAGE}&page={page}", None)
            part = _COMMENTS.validate_json(answer)
            found += part
            if len(part) < _PER_PAGE:
                return found
            page += 1

    def _send(self, method: str, url: str, body: Mapping[str, str] | None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 # the URL of the API comes from the runner
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Accept": "application/vnd.github+json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command."""
    if list(arguments) == ["collect"]:
        # Imported here, because the job that writes comments must not load the Pulumi program.
        from tools.preview.__main__ import rendered  # noqa: PLC0415

        texts = {stack: rendered(stack, environment.get("BASE", "")) for stack in stacks()}
        collect(texts, Path(environment["GITHUB_OUTPUT"]), Path(environment["GITHUB_STEP_SUMMARY"]))
        return 0
    if list(arguments) == ["comment"]:
        pull_request = PullRequest(
            environment["GITHUB_API_URL"],
            environment["GITHUB_REPOSITORY"],
            int(environment["PULL_REQUEST"]),
            environment["GITHUB_TOKEN"],
        )
        for stack, text in _TEXTS.validate_json(environment["PREVIEWS"]).items():
            pull_request.put(stack, text)
        return 0
    print("usage: python -m tools.preview.github collect|comment", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
