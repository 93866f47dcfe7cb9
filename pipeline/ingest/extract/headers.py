"""Who wrote to whom, and under which address: read from the header lines of a mail, which are no sentences.

The reader of mails puts its headers before the text, a line each. Here those lines are taken apart again, with exact
offsets, and kept from the parser.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from graph_schema.models import Claim, Value
from graph_schema.ontology_check import HAS_EMAIL, WROTE_TO
from pipeline.ingest.extract.cues import Context, Link
from pipeline.text import names
from pipeline.text.addresses import addresses
from pipeline.text.comparison import begins_with_a_given_name
from pipeline.text.mentions import RawMention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graph_schema.models import Chunk, Document, LocalEntity
    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.cues import Cues

MEDIA_TYPE = "message/rfc822"
METHOD = "header"
CONFIDENCE = 0.95
_LINE = re.compile(r"(From|To|Cc|Bcc|Date|Subject): [^\n]*(?:\n|\Z)")
_LISTED = frozenset({"From", "To", "Cc", "Bcc"})
_ENTRY_END = re.compile(r"[,;]\s*\Z")
_ASIDE = re.compile(r"\s+\([^()]*\)\Z")
_FIRST_WORD = re.compile(r"\S+\s+")
_NAME_IN_ADDRESS = re.compile(r"[^\W\d_]{2,}(?:[._][^\W\d_]+)+(?=@)")


@dataclass(frozen=True, slots=True)
class Line:
    """One header line, or what of it lies in one chunk. `start` and `end` are half-open offsets into the chunk; names
    and addresses stand from `body` on. `torn` and `tears`: its first and last entry go on in the chunk before and
    after."""

    name: str
    start: int
    body: int
    end: int
    torn: bool
    tears: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of an address line. `mention` is its index among the chunk's mentions, `named` whether it has more than
    an address; offsets are the document's."""

    line: str
    chunk: Chunk
    mention: int
    named: bool
    line_start: int
    start: int
    end: int
    address: str | None


def header_lines(document: Document, chunks: Sequence[Chunk]) -> list[list[Line]]:
    """The header lines of a mail by chunk; none for other documents."""
    found: list[list[Line]] = [[] for _ in chunks]
    goes_on, torn = "", False
    for chunk, lines in zip(chunks, found, strict=True) if document.media_type == MEDIA_TYPE else ():
        at = 0
        while at < len(chunk.text):
            match = _LINE.match(chunk.text, at)
            if goes_on:
                name, body, end = goes_on, at, (chunk.text.find("\n", at) + 1) or len(chunk.text)
            elif match is not None:
                name, body, end = match[1], match.end(1) + 2, match.end()
            else:
                return found
            goes_on = "" if chunk.text[end - 1] == "\n" else name
            tears = bool(goes_on) and _ENTRY_END.search(chunk.text, body, end) is None
            lines.append(Line(name, at, body, end, torn, tears))
            at, torn = end, tears
    return found


def without_headers(text: str, lines: Iterable[Line]) -> str:
    """`text` with white space of the same length for its header lines; the words of a subject stay."""
    for line in lines:
        end = line.body if line.name == "Subject" else line.end
        text = text[: line.start] + re.sub(r"[^\n]", " ", text[line.start : end]) + text[end:]
    return text


class HeaderReader:
    """Reads address lines under one ontology: nobody where it knows no people, no claims where it lacks `WROTE_TO` and
    `HAS_EMAIL`."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.person = next((kind for kind, family in ontology.families.items() if family == "person"), None)

    def people(self, chunk: Chunk, lines: Iterable[Line], mentions: list[RawMention], cues: Cues) -> list[Person]:
        """The people (and what else writes) of the address lines of one chunk, added to its `mentions` and `cues`."""
        if self.person is None:
            return []
        found = [
            each for line in lines if line.name in _LISTED for each in self._of_line(chunk, line, self.person, mentions)
        ]
        cues.contexts += [Context(sentence=-1, clause=-1)] * (len(mentions) - len(cues.contexts))
        cues.links += _same_address(found, mentions)
        return found

    def _of_line(self, chunk: Chunk, line: Line, person: str, mentions: list[RawMention]) -> Iterator[Person]:
        text, offset = chunk.text[line.body : line.end], chunk.start + line.body
        entries = list(addresses(text))
        for entry in entries[line.torn : len(entries) - line.tears]:
            name = _name(text, *entry.name) if entry.name else None
            span = name or (_in_address(text, *entry.address) if entry.address else None)
            if span is None:
                continue
            gender = names.gender_of_title(text[slice(*entry.name)]) if entry.name else None
            mentions.append(self._mention(text, span, offset, person, gender))
            spans = [each for each in (entry.name, entry.address) if each is not None]
            start, end = min(start for start, _ in spans), max(end for _, end in spans)
            yield Person(
                line=line.name,
                chunk=chunk,
                mention=len(mentions) - 1,
                named=name is not None,
                line_start=chunk.start + line.start,
                start=offset + start - (text[start - 1 : start] == '"'),
                end=offset + end + (text[end : end + 1] == ">"),
                address=None if entry.address is None else text[slice(*entry.address)].lower(),
            )

    def _mention(self, text: str, span: tuple[int, int], offset: int, person: str, gender: str | None) -> RawMention:
        """A person, or what the last of several words says: "Kelport Maritime Museum" writes mails too."""
        surface = text[slice(*span)]
        words = [] if "@" in surface else names.fold(surface).split()
        kind = self.ontology.kind_of_last_word.get(words[-1], person) if len(words) > 1 else person
        return RawMention(
            start=offset + span[0],
            end=offset + span[1],
            surface=surface,
            kind=kind,
            form="name",
            gender=gender,
            weights=((kind, 1.0),),
        )

    def claims(
        self, document: Document, people: Sequence[Person], entities: Mapping[int, LocalEntity]
    ) -> Iterator[Claim]:
        """Who wrote to whom on the mail's date, and who has which address. `entities`: index of a mention among those
        that `people` name -> whom it stands for."""
        known = [(each, entities[each.mention]) for each in people if each.mention in entities]
        for each, entity in known:
            if each.address is not None and entity.name.lower() != each.address:
                value = Value(type="string", normalised=each.address, text=each.address)
                yield from self._claim(HAS_EMAIL, entity, value, each, each.start)
        senders = [(each, entity) for each, entity in known if each.line == "From"]
        others = [(each, entity) for each, entity in known if each.line != "From"]
        for (sender, subject), (other, target) in product(senders, others):
            if subject.key != target.key:
                start = sender.line_start if sender.chunk is other.chunk else other.line_start
                for claim in self._claim(WROTE_TO, subject, target, other, start):
                    yield replace(claim, valid_from=document.date, valid_to=document.date)

    def _claim(
        self, name: str, subject: LocalEntity, target: LocalEntity | Value, said: Person, start: int
    ) -> Iterator[Claim]:
        predicate, chunk = self.ontology.predicates.get(name), said.chunk
        value = target if isinstance(target, Value) else None
        if predicate is None or (predicate.value == "string") != (value is not None):
            return
        reason = None
        if not self.ontology.fits(subject.kind, predicate.domain):
            reason = f"domain: {subject.kind} is not {' or '.join(predicate.domain)}"
        elif not isinstance(target, Value) and not self.ontology.fits(target.kind, predicate.range):
            reason = f"range: {target.kind} is not {' or '.join(predicate.range)}"
        yield Claim(
            document=chunk.document,
            chunk=chunk.key,
            subject=subject.key,
            predicate=name,
            object=None if isinstance(target, Value) else target.key,
            value=value,
            polarity="affirmed",
            modality="asserted",
            attributed_to=None,
            confidence=CONFIDENCE,
            quote=chunk.text[start - chunk.start : said.end - chunk.start],
            start=start,
            end=said.end,
            valid_from=None,
            valid_to=None,
            method=METHOD,
            rule=METHOD,
            status="accepted" if reason is None else "refused",
            reason=reason,
        )


def _same_address(people: Iterable[Person], mentions: Sequence[RawMention]) -> Iterator[Link]:
    """A bare address stands for whom it is given with elsewhere in the headers, where that is one name."""
    named: dict[str | None, dict[str, int]] = defaultdict(dict)
    for each in people:
        if each.named:
            named[each.address].setdefault(mentions[each.mention].surface, each.mention)
    for each in people:
        bearers = [] if each.named else list(named[each.address].values())
        if len(bearers) == 1:
            yield Link(bearers[0], each.mention, "alias", CONFIDENCE)


def _name(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name proper, without honorifics before it and brackets behind it; `None` for an address in its place."""
    if (aside := _ASIDE.search(text, start, end)) is not None:
        end = aside.start()
    while (word := _FIRST_WORD.match(text, start, end)) and names.fold(word[0]) in names.HONORIFICS:
        start = word.end()
    said = text[start:end]
    return (start, end) if "@" not in said and any(map(str.isalpha, said)) else None


def _in_address(text: str, start: int, end: int) -> tuple[int, int]:
    """The name in "anna.berg@x.example" where it begins with a known given name, else the whole address."""
    match = _NAME_IN_ADDRESS.match(text, start, end)
    return match.span() if match and begins_with_a_given_name(names.fold(match[0])) else (start, end)
