"""Which descriptions of one document stand for one unnamed thing: only where a rule joins them surely."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text import names

if TYPE_CHECKING:
    from pipeline.ingest.extract.clusters import Cluster
    from pipeline.text.mentions import RawMention

MAX_DISTANCE_CHARS = 800
STANDING = frozenset({"Organization"})


@dataclass(frozen=True, slots=True)
class _Described:
    start: int
    surface: str
    words: tuple[str, ...]
    cluster: Cluster


class Unnamed:
    """The descriptions of one document so far, in order of the text."""

    def __init__(self) -> None:
        self.by_noun: dict[str, list[_Described]] = defaultdict(list)

    def add(self, mention: RawMention, cluster: Cluster) -> None:
        """Remember that `mention` stands for `cluster`."""
        words = _words(mention)
        self.by_noun[words[-1]].append(_Described(mention.start, mention.surface, words, cluster))

    def known(self, mention: RawMention) -> Cluster | None:
        """What was described so before: of "the bridges" the only bridges told of shortly before, where these were
        described by no less ("two bridges"); of a body that keeps its description ("coalition forces") the same, and of
        "the Government" what the document called so before."""
        words = _words(mention)
        before = self.by_noun[words[-1]]
        if mention.kind in STANDING and len(words) > 1:
            same = next((each for each in before if each.words == words), None)
            if same is not None:
                return same.cluster
        if not mention.definite:
            return None
        if mention.surface[0].isupper():
            alike = (each for each in before if each.surface == mention.surface)
            return next((each.cluster for each in alike), None)
        near = [each for each in before if mention.start - each.start <= MAX_DISTANCE_CHARS]
        things = {id(each.cluster): each for each in near}
        if len(things) != 1 or not set(words) <= {word for each in near for word in each.words}:
            return None
        return near[-1].cluster


def is_plural(described: RawMention) -> bool:
    """Whether a description is of several: its noun is not in the singular."""
    return not described.surface.lower().endswith(described.noun)


def _words(mention: RawMention) -> tuple[str, ...]:
    return tuple(names.fold(mention.surface).split()) or (mention.surface,)
