"""Prints the changes of the working tree to a stack: `python -m tools.preview --stack NAME [--base REVISION]`."""

import argparse
import os
import sys

from infra.policies import on_resources, on_settings
from infra.policies.facts import facts
from infra.policies.rules import Declared, StackFacts
from infra.resources.starrocks.migrations import MigrationError
from infra.settings import SettingsError
from tools.preview.changes import compare
from tools.preview.plan import Plan
from tools.preview.revisions import RevisionError, base, plans
from tools.preview.text import markdown
from tools.stack.configuration import stack_configuration

_NOT_COMPARED = (
    "The running stack and manual changes to it: `make drift STACK={stack}` compares them with the files.",
    "Policies on containers and pods: `make policies STACK={stack}`.",
    "Generated passwords and tokens, and other values that exist only after a deployment.",
)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.preview", description="Shows the effect of a change on a stack."
    )
    parser.add_argument("--stack", default=os.environ.get("STACK") or "local", help="its name; `local` by default")
    parser.add_argument(
        "--base", default="", help="revision to compare with; by default the commit at which the branch left main"
    )
    options = parser.parse_args()
    try:
        print(rendered(options.stack, options.base), end="")
    except (MigrationError, RevisionError, SettingsError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def rendered(stack: str, wanted: str) -> str:
    """The preview of a stack as Markdown.

    Args:
        stack: name of the stack.
        wanted: revision to compare with; empty for the commit at which the branch left main.

    Raises:
        MigrationError: a migration has an error.
        RevisionError: there is no such revision, or the working tree has no valid plan.
        SettingsError: the stack's configuration is missing or invalid.
    """
    stack_configuration(stack)
    revision = base(wanted)
    before, after, missing = plans(stack, revision)
    changes = compare(before, after)
    not_compared = [*missing, *(line.format(stack=stack) for line in _NOT_COMPARED)]
    refused = violations(facts(stack), after)
    return markdown(stack, changes, baseline=revision.shown, not_compared=not_compared, refused=refused)


def violations(stack: StackFacts, plan: Plan) -> list[str]:
    """Violations of the policies on settings and resources, one line each. `make policies` also checks containers."""
    level = "mandatory" if stack.is_mandatory else "advisory"
    found = [f"{rule.name} ({level}): {line}" for rule in on_settings.RULES for line in rule.check(stack)]
    for each in plan.resources:
        declared = Declared(each.type, each.name, each.inputs)
        found += [
            f"{rule.name} ({level}): {each.name}: {line}"
            for rule in on_resources.RULES
            for line in rule.check(declared, stack)
        ]
    return found


if __name__ == "__main__":
    sys.exit(main())
