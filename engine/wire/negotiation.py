"""Which media type an answer has: by weight, then JSON before streams, then in the client's order (RFC 9110).

A type that the client names is meant before a range such as ``*/*``; streams are taken by name alone, so that no
client meets one which it did not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Media(Enum):
    """The media types of answers."""

    JSON = "application/json"
    RESPONSE = "application/graphql-response+json"
    EVENTS = "text/event-stream"
    MULTIPART = "multipart/mixed"

    @property
    def streams(self) -> bool:
        """Whether it carries one answer after the other."""
        return self in {Media.EVENTS, Media.MULTIPART}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the client takes, best first."""

    ranked: tuple[Media, ...]

    @property
    def best(self) -> Media | None:
        """For one answer."""
        return self.ranked[0] if self.ranked else None

    @property
    def stream(self) -> Media | None:
        """For one answer after the other."""
        return next((media for media in self.ranked if media.streams), None)

    @property
    def json(self) -> Media:
        """For a refusal, which is JSON whatever the client takes."""
        return next((media for media in self.ranked if not media.streams), Media.JSON)


@dataclass(frozen=True, slots=True)
class _Range:
    kind: str
    parameters: dict[str, str]
    weight: float
    place: int

    def fits(self, media: Media) -> int:
        """How closely it names a media type: 2 by name, 1 by a range, 0 not at all."""
        if self.kind == media.value:
            spec = self.parameters.get("subscriptionspec")
            return 2 if media is not Media.MULTIPART or spec == "1.0" else 0
        if media.streams:
            return 0
        return 1 if self.kind in {"*/*", "application/*"} else 0


_PARTS = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')
_PARAMETER = re.compile(r';\s*([^=;\s]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@lru_cache(maxsize=256)
def accepted(accept: str) -> Accepted:
    """What an Accept header takes; an empty one takes anything."""
    ranges = list(_ranges(accept)) or [_Range("*/*", {}, 1.0, 0)]
    found = []
    for media in Media:
        fitting = [(one.fits(media), one) for one in ranges]
        closeness, best = max(fitting, key=lambda pair: (pair[0], -pair[1].place))
        if closeness and best.weight > 0:
            found.append((-best.weight, media.streams, -closeness, best.place, media))
    return Accepted(tuple(media for *_, media in sorted(found, key=lambda one: one[:4])))


def _ranges(accept: str) -> Iterator[_Range]:
    for place, part in enumerate(_PARTS.findall(accept)):
        kind, _, _ = part.partition(";")
        given = {name.lower(): value.strip().strip('"') for name, value in _PARAMETER.findall(part)}
        weight = given.pop("q", "1")
        if kind.strip():
            known = float(weight) if _WEIGHT.fullmatch(weight) else 1.0
            yield _Range(kind.strip().lower(), given, known, place)
