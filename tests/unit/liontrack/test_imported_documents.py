"""Conversion of MongoDB documents into events. Errors name the document and the field."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId

from apps.liontrack.producers.documents import DocumentError, event_of

ID = ObjectId("65ba5f000000000000000000")
MADE = "2024-01-31T14:53:52Z"


def test_nested_and_flat_field_names_give_the_same_event() -> None:
    nested = event_of("lions", {"_id": ID, "name": "Simba", "position": {"lat": 1, "lng": 2.5}, "lastUpdate": MADE})
    flat = event_of("lions", {"_id": ID, "name": "Simba", "position_lat": 1, "position_lng": 2.5, "last_update": MADE})
    assert nested == flat
    assert nested.key == str(ID)
    assert (nested.fields["position_lat"], nested.fields["last_update"]) == (1.0, MADE)


def test_a_missing_time_is_taken_from_the_object_id() -> None:
    event = event_of("users", {"_id": ID, "username": "Awa"})
    assert event.fields["occurred_at"] == MADE
    assert event == event_of("users", {"_id": ID, "username": "Awa"})


def test_references_may_be_object_ids() -> None:
    event = event_of(
        "weights", {"_id": "w1", "lion": ID, "weight": 190, "date": datetime(2026, 1, 31, 12, 0, tzinfo=UTC)}
    )
    assert (event.key, event.fields["unit"], event.fields["weight_id"]) == (str(ID), "kg", "w1")


@pytest.mark.parametrize(
    ("collection", "document", "message"),
    [
        (
            "weights",
            {"_id": "w", "lion": "l", "date": MADE},
            "weights w: weight or value: found None; expected a number",
        ),
        ("weights", {"_id": "w", "lion": "l", "weight": True, "date": MADE}, "found True; expected a number"),
        ("weights", {"_id": "w", "weight": 1, "date": MADE}, "weights w: lion_id or lionId or lion: found None"),
        ("weights", {"_id": "w", "lion": "l", "weight": float("nan"), "date": MADE}, "weights w: Out of range float"),
        ("challenges", {"_id": "c", "user": "u", "updatedAt": "soon"}, "found 'soon'; expected a time"),
        ("users", {"_id": "u", "createdAt": "0001-01-01T00:00:00+05:00"}, "users u: createdAt .* expected a time"),
        ("users", {"_id": "u", "username": "Awa"}, "users u: createdAt or created_at or updatedAt: found None"),
    ],
)
def test_the_error_names_document_field_and_value(collection: str, document: dict[str, object], message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        event_of(collection, document)
