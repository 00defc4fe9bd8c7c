"""Dependencies and problems that LionTrack's routes share."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator

from apps.web.methods import decode_slashes
from apps.web.problems import FieldError, Problem, not_found
from apps.web.starrocks import Pool

LionId = Annotated[str, AfterValidator(decode_slashes), Path(min_length=1, max_length=64, examples=["simba_001"])]
UserId = Annotated[str, AfterValidator(decode_slashes), Path(min_length=1, max_length=64, examples=["user-001"])]


def unknown_lion(lion_id: str) -> Problem:
    """The problem of a lion for which the pipeline has computed nothing (404)."""
    return not_found(
        "unknown-lion",
        "Unknown lion",
        f"The pipeline has processed no position and no weighing of lion {lion_id!r}.",
        FieldError(field="lionId", value=lion_id, expected="the lion_id of a lion of /api/analytics/lions"),
    )


def check_lion(pool: Pool, lion_id: str) -> None:
    """Raise a problem if the lion does not exist."""
    if not pool.query("SELECT lion_id FROM liontrack_silver.lion_states WHERE lion_id = %s", [lion_id]):
        raise unknown_lion(lion_id)


def username(pool: Pool, user_id: str) -> str | None:
    """The latest user name of a user.

    Raises:
        Problem: there is no such user (404).
    """
    [row] = pool.query(
        "SELECT MAX(username) AS username, COUNT(*) AS n FROM ("
        "SELECT username FROM liontrack_silver.users WHERE user_id = %s "
        "UNION ALL SELECT NULL AS username FROM liontrack_silver.challenges WHERE user_id = %s) AS known",
        [user_id, user_id],
    )
    if row["n"] == 0:
        raise not_found(
            "unknown-user",
            "Unknown user",
            f"The pipeline has processed no activity and no challenge of user {user_id!r}.",
            FieldError(field="userId", value=user_id, expected="a user_id of /api/analytics/leaderboard/users"),
        )
    return None if row["username"] is None else str(row["username"])
