"""Cursors of pages: opaque to clients, validated when they come back.

A cursor contains the request that it continues, so that all pages have the default range of the first page.
"""

import base64
import binascii
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from apps.web.problems import FieldError, Problem, invalid


class PageCursor(BaseModel):
    """Base of all cursors. A subclass has a field `of` with a literal that identifies its list."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Cursor = TypeVar("Cursor", bound=PageCursor)


def encode(cursor: PageCursor) -> str:
    """The cursor as text for clients."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).rstrip(b"=").decode()


def decode(kind: type[Cursor], text: str) -> Cursor:
    """Read a cursor that a client sends.

    Raises:
        Problem: the text is not a cursor of this kind.
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return kind.model_validate_json(content)
    except (ValidationError, binascii.Error, ValueError):
        raise wrong_cursor(text) from None


def wrong_cursor(text: str) -> Problem:
    """The problem of a cursor that does not belong to the request."""
    expected = "next_cursor of an earlier page, with the same other parameters"
    return invalid(FieldError(field="cursor", value=text[:100], expected=expected))
