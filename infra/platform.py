"""The platform's own parts: its database and users in StarRocks, and the folders that define them."""

from infra.settings import ROOT

NAME = "platform"
"""Name of the platform's project in DolphinScheduler; no product may have this name."""
MIGRATIONS = ROOT / "sql" / NAME
"""StarRocks user that creates the platform's tables and roles."""
WORKFLOWS = ROOT / "dolphinscheduler" / NAME
"""Its own workflows."""
DATABASE = "kappastack"
"""The platform's database in StarRocks."""
READER = "platform_reader"
"""StarRocks user of the platform's API; it reads the platform's tables."""
SCHEDULER = "platform_scheduler"
"""StarRocks user of workflow tasks; it writes the platform's tables."""
ROLES = {READER: "platform_reader_role", SCHEDULER: "platform_scheduler_role"}
"""The StarRocks role of each user."""


def secret(user: str) -> str:
    """The name of the secret that is a StarRocks user's password."""
    return f"starrocks-{user}"
