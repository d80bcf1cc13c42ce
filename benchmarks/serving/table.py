"""Tables of the results, in Markdown: the goals first, then every value, a column for each server. Measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.serving.goals import GOALS, Goal
from benchmarks.serving.results import CORE_ROWS, MEMORY, P50, RATE, ROWS, SINGLE_P99, START, Key, Results
from benchmarks.tables import markdown, names

NOTHING = "–"
JSON = "minimal"  # the form whose name says nothing where only the body counts


def report(results: Results) -> str:
    """Every table that something was measured for, and what was left out."""
    parts = [("Goals", goals(results))]
    parts += [(title, section(results, *told)) for title, told in SECTIONS.items()]
    parts.append(("Left out", "\n".join(f"- {note}" for note in results.notes)))
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def goals(results: Results) -> str:
    """What is to be reached, and beside it what is."""
    lines = [["work", "against", "goal", "reached", ""]]
    lines += [_goal(each, each.reached(results)) for each in GOALS]
    return markdown(lines)


def _goal(goal: Goal, ratio: float | None) -> list[str]:
    wanted = f"{'≤' if goal.at_most else '≥'} {goal.reach:g}×"
    if ratio is None:
        return [goal.work, goal.against, wanted, NOTHING, ""]
    return [goal.work, goal.against, wanted, f"{ratio:.2f}×", "yes" if goal.is_met(ratio) else "no"]


def section(results: Results, whats: set[str], label: Callable[[Key], str], digits: str) -> str:
    """A line for each label, a column for each server: the median, and of several repetitions the best behind it."""
    keys = [key for key in results.values if key.what in whats]
    if not keys:
        return ""
    servers, cells = names(key.server for key in keys), {(label(key), key.server): key for key in keys}
    lines = [["", *servers]]
    for line in names(map(label, keys)):
        found = (cells.get((line, server)) for server in servers)
        lines.append([line, *(NOTHING if key is None else _value(results, key, digits) for key in found)])
    return markdown(lines)


def _value(results: Results, key: Key, digits: str) -> str:
    middle = format(results.median(key), digits)
    return middle if len(results.values[key]) == 1 else f"{middle} ({format(results.best(key), digits)})"


def asked(key: Key) -> str:
    """`100 rows, full, 16 clients`."""
    rows, clients = (f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in _counts(key))
    return ", ".join([rows, *([] if key.form == JSON else [key.form]), clients])


def _counts(key: Key) -> tuple[tuple[int, str], ...]:
    return (key.rows, "row"), (key.clients, "client")


def form(key: Key) -> str:
    """`JSON`, `CSV`, `beside Arrow`."""
    return key.form.replace(JSON, "JSON")


SECTIONS = {
    "Requests per server-core-second": ({RATE}, asked, ",.0f"),
    "p50, ms": ({P50}, asked, ",.2f"),
    "One body of 100,000 rows, rows per second": ({ROWS}, form, ",.0f"),
    "The same, rows per server-core-second": ({CORE_ROWS}, form, ",.0f"),
    "p99 of single rows at one client, ms": ({SINGLE_P99}, form, ",.1f"),
    "Memory and cold start": ({MEMORY, START}, lambda key: key.what, ",.2f"),
}
