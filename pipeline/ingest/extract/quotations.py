"""Who speaks in the quotations of one parsed chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest.extract.clause import SUBJECTS, VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.ingest.extract.clause import Tree

SAYING = frozenset(
    "say claim report state tell announce believe argue suggest insist note write think allege add warn declare assert "
    "maintain estimate predict explain admit contend reply testify acknowledge confirm stress emphasize".split()
)
OPENING = frozenset({"“", '"', "``"})
CLOSING = frozenset({"”", '"', "''"})
MIN_QUOTED_TOKENS = 4


def speakers(tree: Tree) -> dict[int, Token]:
    """Token index -> who says it, for quotations: the subject of the verb of saying beside the quotation, and for the
    next one in the same paragraph, when nothing else is beside it, the same."""
    found: dict[int, Token] = {}
    speaker: Token | None = None
    before = 0
    for start, end in _quotations(tree):
        if "\n\n" in tree.doc[before:start].text:
            speaker = None
        speaker = _beside(tree, start, end) or speaker
        if speaker is not None:
            found.update(dict.fromkeys(range(start, end), speaker))
        before = end
    return found


def _quotations(tree: Tree) -> list[tuple[int, int]]:
    """Half-open token ranges between quotation marks, within a paragraph, long enough to say something."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for token in tree.doc:
        if start is not None and token.text in CLOSING:
            if token.i - start > MIN_QUOTED_TOKENS:
                found.append((start, token.i))
            start = None
        elif token.text in OPENING:
            start = token.i + 1
        elif "\n\n" in token.text:
            start = None
    return found


def _beside(tree: Tree, start: int, end: int) -> Token | None:
    """The subject of a verb of saying in the sentences that a quotation begins and ends in, outside it."""
    doc = tree.doc
    outside: list[Token] = [*doc[doc[start].sent.start : start], *doc[end : doc[end].sent.end]]
    for verb in outside:
        if verb.lemma_ in SAYING and verb.pos_ in VERBS:
            for child in tree.children[verb.i]:
                if child.dep_ in SUBJECTS and not start <= child.i < end:
                    return child
    return None
