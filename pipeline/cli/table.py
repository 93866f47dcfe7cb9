"""Tables for people, on stdout, or on stderr beside JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH_WITHOUT_TERMINAL = 160


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, stderr: bool = False) -> None:
    """Print rows of text under a title; what would steer a terminal is replaced. Nothing is cut: cells are folded."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False, stderr=stderr)
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    table = Table(header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    console.print(printable(title), soft_wrap=True)
    console.print(table)


def printable(text: str) -> str:
    """On one line, and without what would steer the terminal: documents can hold escape sequences."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))
