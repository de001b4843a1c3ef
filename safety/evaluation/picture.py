"""The picture for the docs: recall against false alarms, one curve a set, as an SVG.

False alarms run on a logarithmic scale, because the first thousandth matters most. Dots on
a curve are what the levels of risk find, and at what price. Drawn to be read in light and dark, by
colour or by dashes, and by a screen reader.
"""

from collections.abc import Sequence
from math import log10
from typing import Final
from xml.sax.saxutils import escape

from safety.evaluation.counting import ALL_THAT_SHIPS
from safety.evaluation.figures import Findings, LevelPoint, Point, Ranking, Report

_WIDTH, _HEIGHT = 1000, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 620, 56, 450
_LEAST: Final = 1e-4  # share of false alarms at the left edge; fewer are drawn there
_LIGHT: Final = ("#0b6fa4", "#b3541e", "#2f7d32", "#8e3a80", "#7a6a00", "#444c56")
_DARK: Final = ("#6cc4f5", "#f2a477", "#86d18a", "#e19ad6", "#e0cd5c", "#b9c2cc")
_DASHES: Final = ("none", "9 4", "3 3", "12 4 3 4", "1 4", "6 2")
_LETTERS: Final = ("", "c", "e", "h", "i")
"""What stands beside the dot of a level; level 0 has none."""


def draw(findings: Findings) -> str:
    """Return the SVG: for each set its first ranking, at most six sets.

    A run without any ranking gives the empty axes.
    """
    drawn = [
        (report, report.rankings[0])
        for report in findings.sets
        if report.rankings and report.rankings[0].curve
    ][: len(_LIGHT)]
    curves = [_curve(number, ranking) for number, (_, ranking) in enumerate(drawn)]
    legend = [_entry(number, report, ranking) for number, (report, ranking) in enumerate(drawn)]
    parts = [_head(drawn), _style(), _axes(), *curves, *legend, _explained(len(drawn)), "</svg>"]
    return "\n".join(parts) + "\n"


def _head(drawn: Sequence[tuple[Report, Ranking]]) -> str:
    told = "; ".join(
        f"{report.title}, {ranking.name}: area under the curve {ranking.auc.value or 0:.3f}"
        for report, ranking in drawn
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'role="img" aria-labelledby="title told">\n'
        '<title id="title">Recall against false alarms</title>\n'
        f'<desc id="told">{escape(told)}</desc>'
    )


def _style() -> str:
    light = "".join(_colour(number, colour) for number, colour in enumerate(_LIGHT))
    dark = "".join(_colour(number, colour) for number, colour in enumerate(_DARK))
    dashes = "".join(
        f".d{number}{{stroke-dasharray:{dash}}}" for number, dash in enumerate(_DASHES)
    )
    return (
        "<style>"
        "text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:17px;font-weight:600}"
        ".small{font-size:12px}.paper{fill:#fff}.grid{stroke:#d0d7de}.axis{stroke:#57606a}"
        f".curve{{fill:none;stroke-width:2.2}}{dashes}{light}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}"
        f".grid{{stroke:#30363d}}.axis{{stroke:#8b949e}}{dark}}}"
        "</style>"
    )


def _colour(number: int, colour: str) -> str:
    return f".c{number}{{stroke:{colour}}}.f{number}{{fill:{colour}}}"


def _axes() -> str:
    parts = [
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
        f'<text class="title" x="{_LEFT}" y="32">Recall against false alarms</text>',
    ]
    for power in range(5):
        share = _LEAST * 10**power
        x = _x(share)
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_BOTTOM}"/>')
        parts.append(_text(x, _BOTTOM + 20, f"{share * 1000:,g}", "middle"))
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{tenth * 10} %", "end"))
    parts.append(f'<path class="axis" fill="none" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>')
    middle = (_LEFT + _RIGHT) / 2
    parts.append(_text(middle, _BOTTOM + 44, "false alarms in 1,000 lines", "middle"))
    return "\n".join(parts)


def _curve(number: int, ranking: Ranking) -> str:
    line = _path(ranking.curve)
    dots = "".join(_dot(number, point) for point in ranking.levels)
    return f'<path class="curve c{number} d{number}" d="{line}"/>{dots}'


def _path(curve: Sequence[Point]) -> str:
    """Steps, not slopes: what lies between two thresholds can't be had."""
    first, *others = curve
    parts = [f"M{_x(first.false_alarms):.1f} {_y(first.recall):.1f}"]
    parts += [f"H{_x(point.false_alarms):.1f}V{_y(point.recall):.1f}" for point in others]
    return "".join(parts)


def _dot(number: int, point: LevelPoint) -> str:
    if point.recall.share is None or point.false_alarms.share is None:
        return ""
    x, y = _x(point.false_alarms.share), _y(point.recall.share)
    down = 14 if y < _BOTTOM - 20 else -8
    return (
        f'<circle class="f{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        f'<text class="small" x="{x + 6:.1f}" y="{y + down:.1f}">{_LETTERS[point.level]}</text>'
    )


def _entry(number: int, report: Report, ranking: Ranking) -> str:
    y = _TOP + 14 + number * 52
    x = _RIGHT + 30
    tier = "" if ranking.tier == ALL_THAT_SHIPS else f", {ranking.tier}"
    value = "" if ranking.auc.value is None else f", AUC {ranking.auc.value:.3f}"
    return (
        f'<path class="curve c{number} d{number}" d="M{x} {y - 4}h28"/>'
        f"{_text(x + 36, y, report.title)}"
        f"{_text(x + 36, y + 18, f'{ranking.name}{tier}{value}', size='small')}"
    )


def _explained(entries: int) -> str:
    y = _TOP + 20 + entries * 52
    x = _RIGHT + 30
    return _text(x, y, "Dots, at or above:", size="small") + _text(
        x, y + 18, "c concern, e elevated, h high, i imminent", size="small"
    )


def _text(x: float, y: float, said: str, anchor: str = "start", size: str = "") -> str:
    kind = f' class="{size}"' if size else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _x(share: float) -> float:
    """Where a share of false alarms stands."""
    part = 1 - log10(max(share, _LEAST)) / log10(_LEAST)
    return _LEFT + part * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    """Where a recall stands."""
    return _BOTTOM - share * (_BOTTOM - _TOP)
