"""The API of LionTrack."""

from apps.liontrack.api.metrics import measure
from apps.liontrack.api.routers import exports, lions, overview, users
from apps.web.api import Api
from apps.web.health import newest
from apps.web.settings import Settings

API = Api(
    name="liontrack",
    title="LionTrack analytics",
    version="3.0.0",
    description="Lions with their weights and positions, and users with their activity. Daily metrics come from the "
    "nightly pipeline; docs/liontrack.md lists their formulas.",
    settings=Settings,
    routers=[overview.router, lions.router, users.router, exports.router],
    newest=newest(
        "SELECT MAX(last_fix_at) AS measured_at, "
        "(SELECT MAX(received_at) FROM liontrack_bronze.messages "
        "WHERE received_at > DATE_SUB(UTC_TIMESTAMP(), INTERVAL 31 DAY)) AS received_at FROM liontrack_silver.lions"
    ),
    measure=measure,
)
