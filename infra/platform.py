"""The platform's own parts: its database and users in StarRocks, and the folders that define them."""

from infra.settings import ROOT

NAME = "platform"
"""Name of its project in DolphinScheduler; no product has it."""
MIGRATIONS = ROOT / "sql" / NAME
"""Creates its tables and roles."""
WORKFLOWS = ROOT / "dolphinscheduler" / NAME
"""Its own workflows."""
DATABASE = "kappastack"
"""Its database in StarRocks."""
READER = "platform_reader"
"""StarRocks user of its API; reads its tables."""
SCHEDULER = "platform_scheduler"
"""StarRocks user of the tasks of workflows; writes its tables."""
ROLES = {READER: "platform_reader_role", SCHEDULER: "platform_scheduler_role"}
"""StarRocks role by user."""


def secret(user: str) -> str:
    """The name of the secret that is a StarRocks user's password."""
    return f"starrocks-{user}"
