"""The changes of a stack as Markdown, for a pull request and for a terminal."""

from collections.abc import Iterable, Sequence

from tools.preview.changes import Changes, Item, NewMigration

MARK = "<!-- kappastack preview of stack {stack} -->"
"""First line of the text, by which the GitHub workflow finds the comment to update."""


def markdown(
    stack: str, changes: Changes, *, baseline: str, not_compared: Sequence[str], refused: Sequence[str]
) -> str:
    """The whole text.

    Args:
        stack: name of the stack.
        changes: changes from the baseline.
        baseline: revision that the stack is compared with.
        not_compared: facts that a preview cannot compare, one line each.
        refused: violations of policies, one line each.
    """
    parts = [
        MARK.format(stack=stack),
        f"### Preview of stack `{stack}`",
        f"**{summary(changes)}**, compared with {baseline}.",
        *_warnings(changes, refused),
        *_items("Services", changes.services),
        *_migrations(changes.migrations),
        *_items("Streaming jobs", changes.jobs),
        *_items("Workflows", changes.workflows),
        *_items("Topics, users and rows", changes.others),
        *_settings(changes.settings),
        "#### Not compared",
        "\n".join(f"- {line}" for line in not_compared),
    ]
    return "\n\n".join(parts) + "\n"


def summary(changes: Changes) -> str:
    """The changes in one line."""
    counted = [
        *_counted("service", changes.services),
        *([_plural(len(changes.migrations), "migration") + " to run"] if changes.migrations else []),
        *_counted("job", changes.jobs),
        *_counted("workflow", changes.workflows),
        *([_plural(len(changes.others), "other change")] if changes.others else []),
        *([_plural(len(changes.settings), "setting") + " changed"] if changes.settings else []),
    ]
    return ", ".join(counted) or "No change"


def _counted(noun: str, items: Sequence[Item]) -> Iterable[str]:
    for verb in dict.fromkeys(each.verb for each in items):
        number = sum(each.verb == verb for each in items)
        yield f"{_plural(number, noun)} {'restart' if verb == 'restarts' and number > 1 else verb}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _warnings(changes: Changes, refused: Sequence[str]) -> Iterable[str]:
    for title, lines in (
        ("Refused by a policy", refused),
        ("The deployment would fail", changes.fails),
        ("Loses data", changes.loses),
        ("Interrupts ingestion", changes.interrupts),
    ):
        if lines:
            yield "\n".join([f"> **⚠ {title}**", *(f"> - {line}" for line in dict.fromkeys(lines))])


def _items(title: str, items: Sequence[Item]) -> Iterable[str]:
    if items:
        yield f"#### {title}"
        yield "\n".join(line for each in items for line in _item(each))


def _item(item: Item) -> Iterable[str]:
    yield f"- **{item.name}** {item.verb}{f': {item.effect}' if item.effect else ''}"
    yield from (f"  - {line}" for line in item.details)


def _migrations(migrations: Sequence[NewMigration]) -> Iterable[str]:
    if not migrations:
        return
    yield "#### Migrations"
    for each in migrations:
        yield f"**{each.file}**, in database `{each.database}`:"
        notes = [f"- ⚠ {loss.place} {loss.what}: {loss.reason or 'no reason given'}" for loss in each.review.losses]
        notes += [
            f"- {rewrite.place} {rewrite.what}: the duration grows with the number of rows"
            for rewrite in each.review.rewrites
        ]
        if notes:
            yield "\n".join(notes)
        yield f"```sql\n{each.sql.strip()}\n```"


def _settings(settings: Sequence[tuple[str, str, str]]) -> Iterable[str]:
    if settings:
        yield "#### Settings"
        rows = [f"| `{key}` | {old or 'unset'} | {new or 'unset'} |" for key, old, new in settings]
        yield "\n".join(["| key | before | after |", "|---|---|---|", *rows])
