"""A page as JSON or CSV, as the caller's Accept asks."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from apps.ciapol.api.problems import FieldError, Problem, ProblemDetails

JSON: Final = "application/json"
CSV: Final = "text/csv"

Responses = dict[int | str, dict[str, object]]


def _accepted(header: str) -> dict[str, float]:
    """Media ranges of an Accept header with their quality."""
    accepted: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        quality = next((p.split("=", 1)[1] for p in parameters if p.replace(" ", "").startswith("q=")), "1")
        try:
            accepted[name.lower()] = float(quality)
        except ValueError:
            accepted[name.lower()] = 0.0
    return accepted


def choose(header: str | None) -> str:
    """JSON or CSV: what the Accept header likes best, JSON where it does not care.

    Raises:
        Problem: it accepts neither (406).
    """
    accepted = _accepted(header) if header and header.strip() else {"*/*": 1.0}

    def quality(media_type: str) -> float:
        ranges = (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*")
        return next((accepted[name] for name in ranges if name in accepted), 0.0)

    best = max((JSON, CSV), key=quality)
    if quality(best) <= 0:
        expected = FieldError(field="Accept", value=header, expected=f"{JSON} or {CSV}")
        raise Problem(406, "not-acceptable", "Not acceptable", f"There is {JSON} and {CSV}, not {header}.", [expected])
    return best


def _flat(values: Mapping[str, object]) -> dict[str, object]:
    """One level of names: `sub_indices.pm25` is aqi_pm25, `station.name` is name, `quantities.o3.lower` is o3_lower."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if name == "quantities" and isinstance(value, Mapping):
            for quantity, predicted in value.items():
                flat.update({f"{quantity}_{key}": inner for key, inner in _flat(predicted).items()})
        elif isinstance(value, Mapping):
            prefix = "aqi_" if name == "sub_indices" else ""
            flat.update({f"{prefix}{key}": inner for key, inner in _flat(value).items()})
        elif isinstance(value, list):
            flat[name] = " ".join(map(str, value))
        else:
            flat[name] = str(value).lower() if isinstance(value, bool) else value
    return flat


def _csv(items: Sequence[BaseModel], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_flat(item.model_dump(mode="json")) for item in items)
    return text.getvalue()


def answer(
    request: Request,
    page: BaseModel,
    items: Sequence[BaseModel],
    columns: Sequence[str],
    next_cursor: str | None = None,
) -> Response:
    """`page` as JSON, or its `items` as CSV with these columns; where there is a next page, a Link header names it too.

    Fields that were never set are left out.
    """
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if next_cursor is not None:
        url = request.url.include_query_params(cursor=next_cursor)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    if choose(request.headers.get("accept")) == CSV:
        return Response(_csv(items, columns), headers=headers, media_type=f"{CSV}; charset=utf-8")
    body = page.model_dump_json(by_alias=True, exclude_unset=True)
    return Response(body, headers=headers, media_type=JSON)


def described(*statuses: int, csv_example: str | None = None) -> Responses:
    """What OpenAPI says of the answers of a route besides its JSON."""
    reasons = {
        404: "Neither registered nor with data",
        406: "Neither JSON nor CSV is accepted",
        422: "A parameter is wrong",
        503: "StarRocks does not answer",
    }
    responses: Responses = {
        status: {"model": ProblemDetails, "description": reasons[status]} for status in (*statuses, 503)
    }
    if csv_example is not None:
        responses[200] = {"content": {CSV: {"schema": {"type": "string"}, "example": csv_example}}}
    return responses
