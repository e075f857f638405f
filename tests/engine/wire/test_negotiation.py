"""What an Accept header takes, best first."""

from __future__ import annotations

import pytest

from engine.wire.negotiation import Media, accepted

RANKED = {
    "": (Media.JSON, Media.RESPONSE),
    "application/json": (Media.JSON,),
    "text/event-stream, application/json": (Media.JSON, Media.EVENTS),
    "application/json;q=0.1, text/event-stream;q=0.2": (Media.EVENTS, Media.JSON),
    "multipart/mixed;subscriptionSpec=1.0, text/event-stream": (Media.MULTIPART, Media.EVENTS),
    'multipart/mixed; boundary="a,b;q=0"; subscriptionSpec="1.0"': (Media.MULTIPART,),
    "multipart/mixed;subscriptionSpec=2.0": (),
    "application/json;q=high": (Media.JSON,),
    "application/json;q=0.0": (),
    "*/*;q=0.5, application/json;q=0.4": (Media.RESPONSE, Media.JSON),
    ",,;,": (Media.JSON, Media.RESPONSE),
    "text/*": (),
}


@pytest.mark.parametrize(("accept", "ranked"), RANKED.items(), ids=str)
def test_types_are_ranked_by_weight_then_json_first_then_in_order(
    accept: str, ranked: tuple[Media, ...]
) -> None:
    assert accepted(accept).ranked == ranked


@pytest.mark.parametrize("accept", ['"' * 50_000, ";q=" * 20_000, 'a;b="' + "\\" * 50_000, "," * 60_000])
def test_no_header_keeps_the_reader_busy(accept: str) -> None:
    accepted(accept)
