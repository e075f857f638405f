"""What became of a file's lines, told line by line to who sent it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway import headings
from gateway.order_files import Line


@dataclass(frozen=True)
class Remark:
    """What is to be said of one line: why it was refused, or a warning about an order that was taken."""

    line: int
    order: str
    text: str

    def __str__(self) -> str:
        order = f", order {self.order}" if self.order else ""
        return printable(f"line {self.line}{order}: {self.text}")


@dataclass
class Report:
    """What became of the lines; ``stopped`` says why the last of them were not sent, if so."""

    accepted: int = 0
    duplicate: int = 0
    amended: int = 0
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    stopped: str = ""

    @property
    def lines(self) -> int:
        """The lines of which the fate is known."""
        return self.accepted + self.duplicate + self.amended + len(self.refused)

    @property
    def exit_code(self) -> int:
        """0 if the gateway has every order of the file, else 1."""
        return 1 if self.refused or self.stopped else 0

    def accept(self, line: Line, result: Mapping[str, Any]) -> None:
        """Counts a line which the gateway took, and keeps the warnings of file and gateway."""
        if result["duplicate"]:
            self.duplicate += 1
        elif result["amended"]:
            self.amended += 1
        else:
            self.accepted += 1
        for text in (*line.problems, *result["warnings"]):
            self.warnings.append(Remark(line.number, _order_number(line), text))

    def refuse(self, line: Line, reason: str) -> None:
        """Keeps why a line was not taken."""
        self.refused.append(Remark(line.number, _order_number(line), reason))

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from (f"warning: {remark}" for remark in self.warnings)
        yield from (f"refused: {remark}" for remark in self.refused)
        if self.lines or not self.stopped:
            yield (
                f"{self.lines} orders: {self.accepted} accepted, {self.duplicate} duplicate,"
                f" {self.amended} amended, {len(self.refused)} refused."
            )
        if self.stopped:
            yield f"Stopped: {printable(self.stopped)}"
        if self.stopped and self.lines:
            yield "What follows was not sent. Send the whole file again: what is there counts as duplicate."


def refusal_of(line: Line, result: Mapping[str, Any]) -> str:
    """Why the gateway refused the order, with the file's own headings; empty if it took it."""
    if result["__typename"] == "OrderAccepted":
        return ""
    problems = [
        f"{_heading(line, problem['path'])}: {problem['message']}" for problem in result.get("problems", ())
    ]
    differs = [_heading(line, path) for path in result.get("differs", ())]
    details = [*problems, *([f"differs in {', '.join(differs)}"] if differs else [])]
    return str(result["message"]) + (f" ({'; '.join(details)})" if details else "")


def _heading(line: Line, path: str) -> str:
    """The heading under which the file has the field that the gateway names."""
    name = re.sub(r"^(input\.)?(orders\.\d+\.)?", "", path)
    return next((heading for heading in line.source if headings.field_of(heading) == name), name)


def _order_number(line: Line) -> str:
    known = (cell for heading, cell in line.source.items() if headings.field_of(heading) == headings.NUMBER)
    return str(next(known, ""))


def printable(text: str) -> str:
    """The text without what would steer a terminal."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
