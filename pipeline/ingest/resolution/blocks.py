"""Which names are compared: only those that share a block, and a block's keys are made from each name alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from pipeline.ingest.resolution.members import Name, compare_names
from pipeline.text.comparison import block_keys
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.text.comparison import Comparison

MAX_BLOCK_NAMES = 100
FINER_KEY_CHARS = 3
Pair = tuple[Name, Name]


def keys_of(name: Name) -> tuple[str, ...]:
    """The blocks of a name. One that says too little lies only with its equals."""
    keys = block_keys(name.text, name.family)
    return tuple(key for key in keys if key.startswith("=")) if name.weak else keys


def pairs_of(key: str, names: Iterable[Name], counts: Counter[str]) -> Iterator[Pair]:
    """The candidate pairs of one block, each in order. Equal names (key `=...`) are chained, as all of them are one
    name; of other blocks every pair, and of one with more than `MAX_BLOCK_NAMES` names only those whose first letters
    agree too. `counts` takes what was compared and which blocks were cut finer."""
    ordered = sorted(set(names))
    if key.startswith("="):
        found: Iterable[Pair] = pairwise(ordered)
        if len({name.family for name in ordered}) > 1:
            found = {*found, *_across_families(ordered)}
    elif len(ordered) <= MAX_BLOCK_NAMES:
        found = combinations(ordered, 2)
    else:
        counts["blocks cut finer"] += 1
        found = _finer(ordered, counts)
    for pair in sorted(found):
        counts["pairs of names"] += 1
        yield pair


def finer_key(name: Name) -> str:
    """What cuts a large block: the first letters of the name."""
    return fold(name.text)[:FINER_KEY_CHARS]


def _finer(ordered: list[Name], counts: Counter[str]) -> Iterator[Pair]:
    parts: dict[str, list[Name]] = defaultdict(list)
    for name in ordered:
        parts[finer_key(name)].append(name)
    for part in parts.values():
        if len(part) <= MAX_BLOCK_NAMES:
            yield from combinations(part, 2)
        else:
            counts["blocks chained"] += 1
            yield from pairwise(part)


def _across_families(ordered: list[Name]) -> Iterator[Pair]:
    first: dict[str, Name] = {}
    for name in ordered:
        first.setdefault(name.family, name)
    yield from combinations(sorted(first.values()), 2)


def link_names(names: Iterable[Name], counts: Counter[str]) -> dict[Pair, Comparison]:
    """Every comparison of two names that share a block, for a set of names that is whole."""
    blocks: dict[str, list[Name]] = defaultdict(list)
    for name in sorted(set(names)):
        for key in keys_of(name):
            blocks[key].append(name)
    links: dict[Pair, Comparison] = {}
    for key in sorted(blocks):
        for pair in pairs_of(key, blocks[key], counts):
            if pair not in links:
                links[pair] = compare_names(*pair)
    return links
