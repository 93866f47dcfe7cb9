"""Passages: the sentences of retrieved chunks that say most of what a question asks, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation
from pipeline.text.mentions import MentionFinder
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

    from graph_schema.ontology import Ontology
    from pipeline.query.parse import Question, Wanted
    from pipeline.text.mentions import RawMention

MAX_PASSAGES = 3
MIN_WORD_SHARE = 0.6
STRICT_WORD_SHARE = 0.99
NAME_NEARBY = 0.6
BACK_REFERENCES = frozenset("he she it they his her its their him them this these".split())


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a document and how well it fits the question (0 to 1)."""

    citation: Citation
    score: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a sentence is held against; `strict` asks for every word and name in the sentence itself."""

    question: Question
    names: tuple[frozenset[str], ...]
    aliases: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    ontology: Ontology
    strict: bool


def best_sentences(
    question: Question,
    chunks: list[dict[str, Any]],
    aliases: dict[str, tuple[str, ...]],
    *,
    nlp: Language,
    ontology: Ontology,
    strict: bool,
) -> tuple[Passage, ...]:
    """The sentences of `chunks` that fit the question best, at most `MAX_PASSAGES`, best first.

    Every name of the question must be in the sentence, or near it when the sentence refers back; and where the
    question asks for a date, place, person or amount, the sentence must hold one that the question does not.
    """
    names = tuple(span.text for span in question.names)
    asked = _Asked(
        question=question,
        names=tuple(frozenset(fold(name).split()) for name in names),
        aliases=tuple((name, *aliases.get(name, ())) for name in names),
        words=frozenset(word for word in question.words if not word.isdigit()),
        ontology=ontology,
        strict=strict,
    )
    finder = MentionFinder(ontology)
    docs = nlp.pipe(row["text"] for row in chunks)
    found = [passage for row, doc in zip(chunks, docs, strict=True) for passage in _of_chunk(asked, row, doc, finder)]
    found.sort(key=lambda passage: (-passage.score, passage.citation.place))
    best = found[0].score if found else 0.0
    return tuple(passage for passage in found[:MAX_PASSAGES] if passage.score >= 0.8 * best)


def _of_chunk(asked: _Asked, row: dict[str, Any], doc: Doc, finder: MentionFinder) -> Iterator[Passage]:
    mentions, _ = finder(doc, 0)
    sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
    previous = ""
    for sentence, following in zip(sentences, [*sentences[1:], None], strict=True):
        near = f"{context(row)} {previous if asked.strict else doc.text}"
        score = _score(asked, _Sentence(sentence, near, tuple(each for each in mentions if _inside(each, sentence))))
        previous = sentence.text
        if score is None:
            continue
        last = following if following is not None and asked.question.form == "reason" else sentence
        start = sentence.start_char + len(sentence.text) - len(sentence.text.lstrip())
        end = last.start_char + len(last.text.rstrip())
        place = {name: row[name] for name in ("source", "path", "record", "title")}
        span = {"start": row["start"] + start, "end": row["start"] + end, "quote": doc.text[start:end]}
        yield Passage(Citation(**place, **span), score)


def context(row: dict[str, Any]) -> str:
    """What a document is called: its title and its path."""
    return f"{row['title'] or ''} {row['path']}"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, the text that it may refer back to, and its mentions."""

    span: Span
    near: str
    mentions: tuple[RawMention, ...]


def _inside(mention: RawMention, sentence: Span) -> bool:
    return sentence.start_char <= mention.start < sentence.end_char


def _score(asked: _Asked, sentence: _Sentence) -> float | None:
    """0 to 1, or `None` when the sentence lacks something the question needs."""
    names = _names_score(asked, sentence)
    if names is None or not _holds_answer(asked, sentence):
        return None
    if asked.strict and _is_reversed(asked, sentence.span):
        return None
    share = _word_share(asked, sentence)
    if share < (STRICT_WORD_SHARE if asked.strict else MIN_WORD_SHARE):
        return None
    years = {time.normalised[:4] for time in asked.question.times}
    dated = 1.0 if not years or _any_in(years, sentence.span.text) else 0.5 if _any_in(years, sentence.near) else 0.0
    if years and dated == 0.0:
        return None
    return round(0.5 * share + 0.3 * names + 0.2 * dated, 4)


def _word_share(asked: _Asked, sentence: _Sentence) -> float:
    """The share of the question's words that the sentence holds; nouns may stand just before it when it refers back."""
    words = {token.lemma_.lower() for token in sentence.span} | {token.lower_ for token in sentence.span}
    missing = asked.words - words
    if missing and _refers_back(sentence.span):
        near = set(fold(sentence.near).split())
        missing -= {word for word in missing if word in near and asked.strict}
    return 1.0 - len(missing) / len(asked.words) if asked.words else 1.0


def _is_reversed(asked: _Asked, span: Span) -> bool:
    """Whether the sentence says of the name as doing it what the question asks of it as suffering it, or the other way
    round."""
    first = {_does_it(wanted) for wanted in asked.question.wanted}
    if len(first) != 1 or None in first:
        return False
    for verb in span:
        if verb.pos_ == "VERB" and verb.lemma_.lower() in asked.words:
            subjects = [child for child in verb.children if child.dep_ == "nsubj"]
            objects = [child for child in verb.children if child.dep_ == "dobj"]
            if any(_stands_for_name(asked, each) for each in (objects if first == {True} else subjects)):
                return True
    return False


def _does_it(wanted: Wanted) -> bool | None:
    """Whether the name is the one who does what is asked; where its place in the sentence does not tell, its side."""
    return wanted.first if wanted.first is not None or wanted.side is None else wanted.side == "subject"


def _stands_for_name(asked: _Asked, token: Token) -> bool:
    words = set(fold(token.doc[token.left_edge.i : token.right_edge.i + 1].text).split())
    return token.lower_ in BACK_REFERENCES or any(name <= words for name in asked.names)


def _any_in(years: set[str], text: str) -> bool:
    return any(year in text for year in years)


def _refers_back(span: Span) -> bool:
    return any(token.lower_ in BACK_REFERENCES for token in span)


def _names_score(asked: _Asked, sentence: _Sentence) -> float | None:
    """The share of the question's names that the sentence holds, or that stand just before it when it refers back."""
    surfaces = [frozenset(fold(mention.surface).split()) for mention in sentence.mentions if mention.form == "name"]
    here, around = f" {fold(sentence.span.text)} ", f" {fold(sentence.near)} "
    refers_back = not asked.strict or _refers_back(sentence.span) or not surfaces
    total = 0.0
    for aliases in asked.aliases:
        folded = [fold(alias) for alias in aliases]
        if any(f" {name} " in here or frozenset(name.split()[-1:]) in surfaces for name in folded):
            total += 1.0
        elif refers_back and any(f" {name} " in around for name in folded):
            total += NAME_NEARBY
        else:
            return None
    return total / len(asked.aliases) if asked.aliases else 1.0


def _holds_answer(asked: _Asked, sentence: _Sentence) -> bool:
    """Whether the sentence holds something of the type the question asks for that the question does not name."""
    question = asked.question
    if question.counted is not None and not any(
        token.lemma_.lower() == question.counted or token.lower_ == question.counted for token in sentence.span
    ):
        return False
    if question.value is not None:
        known = {time.normalised for time in question.times}
        return any(
            each.value is not None and each.value.type == question.value and each.value.normalised not in known
            for each in sentence.mentions
        )
    if question.form in {"fact", "about"} and question.kinds and question.words:
        named = {word for words in asked.names for word in words}
        return any(
            each.form == "name"
            and any(asked.ontology.fits(each.kind, (kind,)) for kind in question.kinds)
            and not set(fold(each.surface).split()) & named
            for each in sentence.mentions
        )
    return True
