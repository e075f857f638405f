"""The page of one run: tables between two marks of docs/benchmarks.md, and the plot beside it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks import plot
from benchmarks.contenders import ALL, LIMIT, OURS, PLAIN
from benchmarks.goals import FLAT, GOALS, LATEST_MS, TOLD, Goal
from benchmarks.running import ROOT

PAGE: Final = ROOT / "docs" / "benchmarks.md"
PICTURE: Final = ROOT / "docs" / "benchmarks.svg"
BEGIN: Final = "<!-- figures: written by python -m benchmarks -->"
END: Final = "<!-- end of the figures -->"
SCALED: Final = ("group", "page", "claim")
OTHERS_TOLD: Final = 0.1
"""Cores; less than that is nobody."""


@dataclass(frozen=True)
class Run:
    """The medians of a run: by work, then by server."""

    machine: Mapping[str, Any]
    medians: Mapping[str, Mapping[str, Mapping[str, float]]]
    failed: Sequence[Mapping[str, Any]]

    def figure(self, goal: Goal, server: str) -> float | None:
        """What that goal's work cost that server."""
        return goal.of(self.medians.get(goal.work, {}).get(server, {}))

    def servers(self) -> list[str]:
        """Those which were measured, ours first."""
        measured = {name for works in self.medians.values() for name in works}
        return [name for name in ALL if name in measured]

    def best(self, goal: Goal) -> tuple[str, float] | None:
        """The best of the peers; plain strawberry and the limit are none."""
        found = [
            (value, name)
            for name in self.servers()
            if name not in {OURS, PLAIN, LIMIT} and (value := self.figure(goal, name)) is not None
        ]
        return min(found)[::-1] if found else None


def read(results: Path) -> Run:
    """The run of that file."""
    lines = [orjson.loads(line) for line in results.read_bytes().splitlines()]
    measured: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if "server" in line and "error" not in line:
            measured[line["work"]][line["server"]].append(line)
    machine = next(line for line in lines if line["work"] == "machine")
    medians = {work: {name: _median(all_) for name, all_ in by.items()} for work, by in measured.items()}
    return Run(machine, medians, [line for line in lines if "error" in line])


def _median(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
    names = [name for name, value in lines[0].items() if isinstance(value, int | float)]
    return {name: statistics.median(line[name] for line in lines) for name in names}


def write(results: Path) -> None:
    """Write the page and the plot."""
    run = read(results)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = "\n".join(_figures(run))
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    PICTURE.write_text(plot.drawn(run.figure, run.servers()), encoding="utf-8")


def _figures(run: Run) -> Iterator[str]:
    yield from _introduced(run)
    yield from (
        "",
        "| work | goal | OneVisit | to plain strawberry | to the best peer | to the limit | reached |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    yield from (_row(run, goal) for goal in GOALS)
    yield from _flood_row(run)
    yield from _flat_row(run)
    yield from ("", "All servers, in the same units:", "")
    yield from _all(run)
    yield from _scaled(run)
    yield from (f"\n{line['server']} failed at {line['work']}: {line['error']}" for line in run.failed)


def _introduced(run: Run) -> Iterator[str]:
    own = run.machine
    versions = ", ".join(f"{name} {version}" for name, version in own["versions"].items())
    yield (
        f"Measured on {own['at'][:10]}: {own['cores']} cores of {own['processor']}, {own['memory_gib']} GiB, "
        f"{own['system']}; Python {own['python']}, Node {own['node'].lstrip('v')}, PostgreSQL {own['postgresql']}, "
        f"{versions}."
    )
    busy = [
        figures["others"] for by in run.medians.values() for figures in by.values() if "others" in figures
    ]
    others = statistics.median(busy)
    turns = int(max(figures["turn"] for by in run.medians.values() for figures in by.values()) * 2) + 1
    many = f"medians of {turns} turns" if turns > 1 else "one turn"
    shared = (
        f"other work on the machine took {others:.1f} cores meanwhile"
        if others >= OTHERS_TOLD
        else "nothing else ran"
    )
    yield f"Figures are {many}; {shared}. A ratio says how many times less OneVisit takes; below 1 it takes more."


def _row(run: Run, goal: Goal) -> str:
    own, best = run.figure(goal, OURS), run.best(goal)
    plain, limit = run.figure(goal, PLAIN), run.figure(goal, LIMIT)
    if own is None:
        return f"| {goal.title} | ≤ {goal.most:g} {goal.unit} | not measured | | | | no |"
    ahead = best[1] / own if best else None
    reached = own <= goal.most and (goal.ahead is None or ahead is None or ahead >= goal.ahead)
    wanted = f"≤ {goal.most:g} {goal.unit}" + (f", {goal.ahead:g} × ahead" if goal.ahead else "")
    told = f"{_times(ahead)} ({best[0]} {shown(best[1])})" if best else ""
    return (
        f"| {goal.title} | {wanted} | {shown(own)} {goal.unit} | {_times(plain / own if plain else None)} "
        f"| {told} | {_times(limit / own if limit else None)} | {'yes' if reached else '**not reached**'} |"
    )


def _times(ratio: float | None) -> str:
    return f"{ratio:.3g} ×" if ratio is not None else ""


def shown(figure: float | None) -> str:
    """Three digits, and no more than the measurement has."""
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"  # noqa: PLR2004 - three digits


def _flood_row(run: Run) -> Iterator[str]:
    own = run.medians.get("flood", {}).get(OURS)
    if own is None:
        return
    reached = own["missing"] == 0 and own["p99_ms"] < LATEST_MS
    arrived = "all delivered" if own["missing"] == 0 else f"{own['missing']:,.0f} missing"
    yield (
        f"| {own['subscribers']:,.0f} subscribers of one group, {own['updates']:.0f} updates, 99 of 100 within "
        f"| < {LATEST_MS:g} ms, all delivered | {shown(own['p99_ms'])} ms, {arrived} | | | "
        f"| {'yes' if reached else '**not reached**'} |"
    )


def _scales(run: Run) -> list[int]:
    ends = (name.rpartition(" of ")[2] for name in run.medians)
    return sorted({int(end) for end in ends if end.isdecimal()})


def _cost(run: Run, work: str, count: int) -> float | None:
    figures = run.medians.get(f"{work} of {count}", {}).get(OURS)
    return (figures["cpu_us"] + figures["database_us"]) / 1e3 if figures else None


def _growth(run: Run) -> Mapping[str, float]:
    scales = _scales(run)
    ends = (
        {work: (_cost(run, work, scales[0]), _cost(run, work, scales[-1])) for work in SCALED}
        if scales
        else {}
    )
    return {work: last / first for work, (first, last) in ends.items() if first and last}


def _flat_row(run: Run) -> Iterator[str]:
    growth, scales = _growth(run), _scales(run)
    if not growth:
        return
    told = ", ".join(f"{work} {ratio:.2f}" for work, ratio in growth.items())
    reached = max(growth.values()) <= FLAT
    yield (
        f"| Cost among {scales[-1]:,} groups, as a multiple of that among {scales[0]:,} | flat (≤ {FLAT:g}) | {told} "
        f"| | | | {'yes' if reached else '**not reached**'} |"
    )


def _all(run: Run) -> Iterator[str]:
    servers = run.servers()
    yield f"| work | {' | '.join(servers)} |"
    yield f"| --- |{' ---: |' * len(servers)}"
    for goal in TOLD:
        cells = " | ".join(shown(run.figure(goal, name)) for name in servers)
        yield f"| {goal.title}, {goal.unit} | {cells} |"


def _scaled(run: Run) -> Iterator[str]:
    scales = _scales(run)
    if not scales:
        return
    yield from ("", "Among how many groups, CPU of server and PostgreSQL in ms:", "")
    yield f"| work | {' | '.join(f'{count:,}' for count in scales)} |"
    yield f"| --- |{' ---: |' * len(scales)}"
    for work in SCALED:
        yield f"| {work} | {' | '.join(shown(_cost(run, work, count)) for count in scales)} |"
