"""One who hears of changes at once, while the log is being looked at, and keeps none."""

from __future__ import annotations

from domain.ports import Change, Heard, Wanted
from domain.values import GroupId


class Listener:
    """Calls ``heard`` with each wanted change; with null when it cannot be said whether one is wanted."""

    def __init__(self, group: GroupId | None, wants: Wanted, heard: Heard) -> None:
        self.group = group
        self._wants = wants
        self._heard = heard

    def offer(self, change: Change) -> bool:
        """Hear of a change if it is wanted, and say whether it was; never waits and never raises."""
        try:
            wanted = self._wants(change.entry, change.group)
        except Exception:  # noqa: BLE001 - each reader of the log asks again, and fails by itself
            self._heard(None)
            return False
        if wanted:
            self._heard(change)
        return wanted
