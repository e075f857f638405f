"""What was shown of a row that never changes: kept encoded, so that it is neither assembled nor encoded again.

A type is lasting if its rows are made of one immutable object, the anchor. What a plan shows of such a row depends on
the anchor, on who looks, and on what is at hand besides (``OperationContext.moment``). Where nothing is read for it,
the answer to the same three is the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.encode import Encoded, encoded
from engine.fields import Related
from engine.plan import Selection, Step

MOST_BYTES: Final = 16 << 20
KEPT_BESIDE: Final = 500
"""Bytes that an entry takes besides what is shown, roughly."""

Anchor = Callable[[Any], object]
Key = tuple[int, Hashable, Hashable, Hashable]


@dataclass(frozen=True, slots=True)
class Lasting:
    """Which rows last: type's name → the anchor of its rows; and the loaders whose answers are at hand."""

    anchors: Mapping[str, Anchor]
    at_hand: Collection[str] = ()

    def anchor_of(self, selection: Selection) -> Anchor | None:
        """The anchor of the rows of which this is selected, null where more is shown than depends on it."""
        anchor = self.anchors.get(selection.type.name)
        return anchor if anchor is not None and self._lasts(selection) else None

    def _lasts(self, selection: Selection) -> bool:
        return all(map(self._is_at_hand, selection.steps))

    def _is_at_hand(self, step: Step) -> bool:
        if step.arguments is not None and step.arguments.constant is None:
            return False
        if isinstance(step.source, Related) and step.source.loader not in self.at_hand:
            return False
        return step.below is None or (isinstance(step.below, Selection) and self._lasts(step.below))


class Memo:
    """What was shown last, bounded in size. An entry holds its anchor, so that no other object has its identity."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._known: OrderedDict[Key, tuple[object, Encoded]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key) -> Encoded | None:
        """What was shown; null if it is not known any more."""
        known = self._known.get(key)
        if known is None:
            return None
        self._known.move_to_end(key)
        return known[1]

    def keep(self, key: Key, anchor: object, shown: dict[str, Any]) -> None:
        """Keep what is shown."""
        if key in self._known:
            return
        kept = Encoded(encoded(shown))
        self._known[key] = anchor, kept
        self._size += len(kept.body) + KEPT_BESIDE
        while self._size > self._most and self._known:
            _, (_, gone) = self._known.popitem(last=False)
            self._size -= len(gone.body) + KEPT_BESIDE


class Remembered:
    """A function of a plan that shows a lasting row, and asks the memo first."""

    __slots__ = ("_anchor", "_show")

    def __init__(self, show: Callable[[Any, Any], Any], anchor: Anchor) -> None:
        self._show = show
        self._anchor = anchor

    def __call__(self, row: Any, run: Any) -> Any:
        """What is shown of a row."""
        if run.memo is None or run.moment is None or row is None:
            return self._show(row, run)
        anchor = self._anchor(row)
        key = id(anchor), self, run.scope, run.moment
        known = run.memo.get(key)
        if known is not None:
            return known
        shown = self._show(row, run)
        run.fresh.append((key, anchor, shown))
        return shown
