"""The plot: for each kind of work one panel of bars on a logarithmic scale, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

from benchmarks.goals import GOALS, Goal

Figure = Callable[[Goal, str], float | None]

WIDTH: Final = 860
PANEL_WIDTH: Final = 410
LABEL: Final = 118
VALUE: Final = 62
BAR: Final = 15
STEP: Final = 21
HEAD: Final = 40
GAP: Final = 26
COLUMNS: Final = 2
STYLE: Final = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 12.5px; }
  .quiet { fill: #57606a; }
  .ours { fill: #0969da; } .peer { fill: #8c959f; }
  .goal { stroke: #bf3989; stroke-width: 1.5; stroke-dasharray: 3 2; } .goalword { fill: #bf3989; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .ours { fill: #4493f8; } .peer { fill: #656c76; }
    .goal { stroke: #f778ba; } .goalword { fill: #f778ba; }
  }
"""


def drawn(figure: Figure, servers: Sequence[str]) -> str:
    """The picture as SVG."""
    panel = HEAD + STEP * len(servers) + GAP
    rows = math.ceil(len(GOALS) / COLUMNS)
    height = rows * panel + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f'width="{WIDTH}" height="{height}" role="img" aria-label="What each kind of work costs, by server">',
        f"<style>{STYLE}</style>",
        '<text x="8" y="14" class="quiet">Shorter is better; logarithmic. The dashed line is the goal.</text>',
    ]
    for place, goal in enumerate(GOALS):
        x, y = place % COLUMNS * (WIDTH - PANEL_WIDTH), 24 + place // COLUMNS * panel
        parts += [f'<g transform="translate({x} {y})">', *_panel(goal, figure, servers), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(goal: Goal, figure: Figure, servers: Sequence[str]) -> Iterator[str]:
    known = {name: value for name in servers if (value := figure(goal, name)) is not None and value > 0}
    yield f'<text x="8" y="20" class="title">{escape(goal.title)}, {goal.unit}</text>'
    if not known:
        return
    low, high = (
        math.log10(min([goal.most, *known.values()]) / 2),
        math.log10(max([goal.most, *known.values()])),
    )
    room = PANEL_WIDTH - LABEL - VALUE

    def along(value: float) -> float:
        return LABEL + max((math.log10(value) - low) / (high - low), 0.01) * room

    x, bottom = along(goal.most), HEAD + len(servers) * STEP - 10
    for place, name in enumerate(servers):
        y = HEAD + place * STEP
        yield f'<text x="{LABEL - 6}" y="{y + 3}" text-anchor="end" class="quiet">{escape(name)}</text>'
        if name in known:
            kind, end = "ours" if place == 0 else "peer", along(known[name])
            after = x if end - 2 < x < end + VALUE / 2 else end  # the line is not drawn through the figure
            yield f'<rect x="{LABEL}" y="{y - 9}" width="{end - LABEL:.1f}" height="{BAR}" rx="2" class="{kind}"/>'
            yield f'<text x="{after + 5:.1f}" y="{y + 3}">{_shown(known[name])}</text>'
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 12}" y2="{bottom}" class="goal"/>'
    yield f'<text x="{x:.1f}" y="{bottom + 12}" text-anchor="middle" class="goalword">{goal.most:g}</text>'


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
