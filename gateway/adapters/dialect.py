"""What distinguishes one inventory API from another: its words, and what it shows when an action is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.network import NetworkRequest
from gateway.adapters.characteristics import characteristics, fields_of

Wanted = Mapping[str, tuple[str, ...]]
"""Attribute → what it is set to, and after that what is as good. The first attribute must be shown."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one API: its collection, its list of characteristics, and which attributes each action wants."""

    collection: str
    characteristics: str
    type_name: str
    product: str
    wanted: Mapping[str, Wanted]

    def body(self, request: NetworkRequest) -> dict[str, Any]:
        """The thing as it is wanted."""
        body: dict[str, Any] = {
            "externalId": request.key,
            "name": f"{request.product} {request.key.rpartition('#')[0]}",
            self.product: request.product,
            **{name: words[0] for name, words in self.wanted[request.action].items()},
            self.characteristics: characteristics(request.data),
            "@type": self.type_name,
        }
        if request.place is not None:
            body["place"] = [{"id": request.place, "role": "installation"}]
        return body

    def missed(self, action: str, thing: Mapping[str, Any]) -> str:
        """In what the thing is not as the action wants it; empty when it is done."""
        return ", ".join(
            f"{name} is {thing.get(name)}, not {words[0]}"
            for place, (name, words) in enumerate(self.wanted[action].items())
            if str(thing.get(name)).lower() not in words and (place == 0 or thing.get(name) is not None)
        )

    def shown(self, action: str, thing: Mapping[str, Any]) -> str:
        """The states of a thing in its own words."""
        return ", ".join(str(thing[name]) for name in self.wanted[action] if name in thing)

    def echo(self, request: NetworkRequest, thing: Mapping[str, Any]) -> dict[str, Any] | None:
        """What came back of the data; null when nothing did."""
        listed = [one for part in self._lists(thing) for one in part]
        return fields_of(listed, request.data) or None

    def _lists(self, thing: Mapping[str, Any]) -> Iterator[list[Any]]:
        """Where characteristics may stand: at the features first, so that those of the thing itself win."""
        features = thing.get("activationFeature")
        within = [f.get("featureCharacteristic") for f in features or () if isinstance(f, Mapping)]
        for one in (*within, thing.get(self.characteristics)):
            if isinstance(one, list):
                yield one
