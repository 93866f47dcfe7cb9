"""Graphs of any size from generated evidence, and questions about them.

A document is five sentences about a person and two hubs that every document names: "Ada Holm", who lived in a place of
each document, and "Holm Works", for which each document's person works. Nothing is extracted: the claims are written
with the sentences, so that a graph of thousands of documents takes seconds.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from graph_schema.keys import content_hash
from graph_schema.models import Chunk, Claim, Document, Evidence, LocalEntity, Mention
from pipeline.ingest.derive import derive
from pipeline.ingest.load import Loader
from pipeline.ingest.resolve import resolve
from pipeline.store.migrate import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Ontology
    from pipeline.store.driver import Store

FIRST = (
    "Anna Peter Maria Johan Erik Ingrid Karl Helga Olaf Sofia Lars Emma Nils Clara Hugo Greta Axel Vera Otto".split()
)
STEMS = "Nor Sol Fjel Skog Hav Elv Dal Vik Nes Berg Lund Ros Gran Lin Kvis Tor Hel Sund Mal Tyr".split()
ENDS = "berg heim stad vold mark lund sund vik dal fors gren holt nes rud bakk".split()
FIRMS = "Instruments Shipping Systems Press Works Bank Museum Institute".split()
HUB, HUB_FIRM = "Ada Holm", "Holm Works"
UNKNOWN = ("Quillan Dredging", "Zebulon Quark", "Xyloph Trust")
ODD = ("“", "\x00", "🙂", "´", "Å", "{", "}", "\\", '"', "*", "~", "AND", ")", "ß", "中", "\u202e", "؟")
Sentence = tuple[str, str, str, str, str, str]

TEMPLATES = (
    "Who founded {firm}?",
    "Where was {person} born?",
    "When was {person} born?",
    "Who works for {firm}?",
    "Where did {person} live?",
    "Did {person} found {firm}?",
    "Where was the founder of {firm} born?",
    "Who leads the company that acquired {firm}?",
    "How are {person} and {other} connected?",
    "How is {person} related to {firm}?",
    "How many companies did {person} found?",
    "Which people worked for {firm}?",
    "List all places that {person} lived in.",
    "How many documents mention {person}?",
    "Why did {person} leave {firm}?",
    "What did {person} say about {other}?",
    "Tell me about {person}.",
    "Who was {person}?",
    "Which of {person} and {other} was born first?",
    "What are the main themes?",
    "What happened in 1957 in {place}?",
    "{person}",
)


def person(number: int) -> str:
    """The person of a document."""
    last, first = divmod(number, len(FIRST))
    return f"{FIRST[first]} {_word(last)}"


def firm(number: int) -> str:
    """The firm of a document."""
    stem, kind = divmod(number, len(FIRMS))
    return f"{_word(stem)} {FIRMS[kind]}"


def place(number: int) -> str:
    """The place of a document."""
    return _word(number) + "by"


def _word(number: int) -> str:
    rest, end = divmod(number, len(ENDS))
    word = ENDS[end]
    while True:
        rest, stem = divmod(rest, len(STEMS))
        word = STEMS[stem] + word.lower()
        if not rest:
            return word


def documents(count: int) -> Iterator[Evidence]:
    """The first `count` documents; those of a smaller graph are in every larger one."""
    return (_evidence(number) for number in range(count))


def fill(store: Store, ontology: Ontology, count: int) -> None:
    """Bring an empty graph to `count` documents, resolved, derived and indexed."""
    ensure(store, ontology)
    loader = Loader(store, extractor="generated", structured=True, max_transaction_rows=20_000)
    for evidence in documents(count):
        loader.add(evidence)
    loader.flush()
    resolve(store, ontology, lambda _: None)
    derive(store, ontology, lambda _: None)
    store.await_indexes()
    store.replan()


def questions(count: int, seed: int, known: int) -> list[str]:
    """`count` questions of every form about names of the first `known` documents, hubs and names that are nowhere; now
    and then with odd characters, in capitals, with a slip, or far too long."""
    rng = random.Random(seed)
    return [_question(rng, known) for _ in range(count)]


def _question(rng: random.Random, known: int) -> str:
    number, another = rng.randrange(known), rng.randrange(known)
    text = rng.choice(TEMPLATES).format(
        person=rng.choice((HUB, person(number), person(number), rng.choice(UNKNOWN))),
        other=rng.choice((HUB, person(another), rng.choice(UNKNOWN))),
        firm=rng.choice((HUB_FIRM, firm(number), firm(number), rng.choice(UNKNOWN))),
        place=place(number),
    )
    match rng.randrange(16):
        case 0:
            at = rng.randrange(len(text))
            return text[:at] + rng.choice(ODD) + text[at:]
        case 1:
            return text.upper()
        case 2:
            at = rng.randrange(len(text))
            return text[:at] + text[at + 1 :]
        case 3:
            return " ".join([text] * rng.choice((2, 5, 40)))
        case 4:
            return text + " " + "".join(rng.choices(ODD, k=rng.randrange(1, 60)))
    return text


def _evidence(number: int) -> Evidence:
    who, made, where = person(number), firm(number), place(number)
    stated: list[Sentence] = [
        (HUB, "Person", "lived in", "LIVES_IN", where, "Place"),
        (who, "Person", "worked for", "WORKS_FOR", HUB_FIRM, "Organization"),
        (who, "Person", "founded", "FOUNDED", made, "Organization"),
        (who, "Person", "was born in", "BORN_IN", place(number // 4), "Place"),
        (HUB, "Person", "founded", "FOUNDED", HUB_FIRM, "Organization"),
    ]
    text = " ".join(f"{subject} {words} {target}." for subject, _, words, _, target, _ in stated)
    document = Document(
        source="generated", path=f"{number:06}.txt", record=None, title=None, date=None, media_type="text/plain",
        content_hash=content_hash(text), length=len(text),
    )  # fmt: skip
    chunk = Chunk(document=document.key, index=0, start=0, end=len(text), text=text)
    entities: dict[str, LocalEntity] = {}
    mentions, claims = [], []
    start = 0
    for subject, subject_kind, words, predicate, target, target_kind in stated:
        end = start + len(f"{subject} {words} {target}.")
        keys = []
        for name, kind, at in ((subject, subject_kind, start), (target, target_kind, end - 1 - len(target))):
            made_entity = LocalEntity(
                document=document.key, start=at, end=at + len(name), name=name, kind=kind, aliases=(), named=True
            )
            entity = entities.setdefault(name, made_entity)
            keys.append(entity.key)
            mentions.append(
                Mention(
                    chunk=chunk.key, entity=entity.key, start=at, end=at + len(name), surface=name, rule="name"
                )
            )  # fmt: skip
        claims.append(
            Claim(
                document=document.key, chunk=chunk.key, subject=keys[0], predicate=predicate, object=keys[1],
                value=None, polarity="affirmed", modality="asserted", attributed_to=None, confidence=0.9,
                quote=text[start:end], start=start, end=end, valid_from=None, valid_to=None, method="rules",
                rule="verb", status="accepted",
            )
        )  # fmt: skip
        start = end + 1
    return Evidence(
        document=document, chunks=(chunk,), entities=tuple(entities.values()), mentions=tuple(mentions), values=(),
        claims=tuple(claims),
    )  # fmt: skip
