"""Sparse hashed features of mentions and of pairs of mentions, for the relation classifier.

The features read what any spaCy pipeline gives (tags, lemmas, dependencies, entity labels) and the mentions that
were found. A feature is a string, hashed by CRC-32 into a fixed number of buckets (the hashing trick; Weinberger et
al. 2009), so that weights are plain arrays and a rebuild gives the same bits everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np

from pipeline.text import nlp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from pipeline.text.mentions import RawMention

Form = Literal["name", "pronoun", "relative", "date", "role"]
FORMS: tuple[Form, ...] = ("name", "pronoun", "relative", "date", "role")

ROLE_BUCKETS = 1 << 14
PAIR_BUCKETS = 1 << 16
MAX_BETWEEN = 14
MAX_PATH = 8
MAX_SENTENCE_CANDIDATES = 40
RELATIVE_TAGS = frozenset({"WP", "WP$", "WDT"})
PRONOUN_TAGS = frozenset({"PRP", "PRP$"})
NO_ARGUMENT = frozenset({"you", "your", "yours", "yourself", "one", "ourselves", "'s"})
DESCRIPTIONS = frozenset(
    "company firm organization organisation business agency association group corporation party team band school "
    "university college father mother wife husband son daughter founder".split()
)
DEFINITE = frozenset({"the", "this", "our", "his", "her", "my", "their"})
PERSONS = {
    **dict.fromkeys(("he", "his", "him", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("it", "its", "itself"), "it"),
    **dict.fromkeys(("they", "their", "them", "themselves", "theirs"), "they"),
    **dict.fromkeys(("i", "my", "me", "myself", "mine"), "i"),
    **dict.fromkeys(("we", "our", "us", "ours"), "we"),
}
LISTED = frozenset({(",",), ("and",), (",", "and"), ("&",), ("or",)})
KEY_POS = frozenset({"VERB", "NOUN", "ADJ", "AUX"})


@dataclass(slots=True)
class Candidate:
    """What may be an argument: tokens `start` to `end` (half-open) of the document, headed by token `root`. `mention`
    is its index among the chunk's mentions, or `None` for a word that is none ("who", "its")."""

    start: int
    end: int
    root: int
    form: Form
    label: str
    mention: int | None


class Sentence:
    """One sentence with its candidates in order, and its tokens as plain lists, which read much faster than tokens."""

    def __init__(self, words: Words, start: int, end: int, candidates: list[Candidate]) -> None:
        self.words = words
        self.start = start
        self.end = end
        self.candidates = candidates
        self.masked, self.place = self._masked()
        self.list_head = self._list_heads()
        self.keys = self._keys()
        self.buckets_of_keys: dict[str, list[int]] = {}
        self.children: dict[int, list[int]] = {}
        for index in range(start, end):
            if words.head[index] != index:
                self.children.setdefault(words.head[index], []).append(index)

    def _masked(self) -> tuple[list[str], list[tuple[int, int]]]:
        """The sentence with a type in place of each candidate, and where each candidate stands in it."""
        masked: list[str] = []
        place: list[tuple[int, int]] = []
        position = self.start
        for candidate in self.candidates:
            masked += [self.words.shown[index] for index in range(position, candidate.start)]
            place.append((len(masked), len(masked) + 1))
            masked.append(self._symbol(candidate))
            position = candidate.end
        masked += [self.words.shown[index] for index in range(position, self.end)]
        return masked, place

    def _list_heads(self) -> list[int]:
        """The first of the list that each candidate stands in: Turin for Italy in "in Turin, Italy"."""
        heads: list[int] = []
        for place, candidate in enumerate(self.candidates):
            joined = place > 0 and candidate.form == self.candidates[place - 1].form
            between = self.masked[self.place[place - 1][1] : self.place[place][0]] if joined else []
            heads.append(heads[place - 1] if tuple(between) in LISTED else place)
        return heads

    def _symbol(self, candidate: Candidate) -> str:
        if candidate.form in {"pronoun", "relative"}:
            return self.words.lower[candidate.start]
        return candidate.label if candidate.form == "name" else candidate.form.upper()

    def _keys(self) -> list[str]:
        """Lemmas of the sentence's content words outside of its candidates, each once."""
        inside = {index for each in self.candidates for index in range(each.start, each.end)}
        found = {
            self.words.lemma[index]: None
            for index in range(self.start, self.end)
            if index not in inside and self.words.pos[index] in KEY_POS
        }
        return list(found)[:40]

    def hashed_keys(self, name: str, behind: str, buckets: int) -> list[int]:
        """The buckets of the features `name` of every key; they are the same for all candidates and pairs."""
        known = self.buckets_of_keys.get(name + behind)
        if known is None:
            known = hashed([f"{name} {key}{behind}" for key in self.keys], buckets)
            self.buckets_of_keys[name + behind] = known
        return known


class Words:
    """The tokens of one document as plain lists, and what the model that parsed it has of each: its name, the states of
    its network [tokens, width], and the row of its table of word vectors, -1 for a word that it does not know."""

    def __init__(self, doc: Doc) -> None:
        tokens = list(doc)
        self.lower = [token.lower_ for token in tokens]
        self.lemma = [token.lemma_.lower() for token in tokens]
        self.tag = [token.tag_ for token in tokens]
        self.pos = [token.pos_ for token in tokens]
        self.dep = [token.dep_ for token in tokens]
        self.head = [token.head.i for token in tokens]
        self.label = [token.ent_type_ for token in tokens]
        self.shape = [token.shape_ for token in tokens]
        self.shown = [
            "<NUM>" if tag == "CD" else "<NNP>" if tag in {"NNP", "NNPS"} else "_" if word.isspace() else word
            for word, tag in zip(self.lower, self.tag, strict=True)
        ]
        self.paths: dict[tuple[int, int], tuple[list[int], list[int], int]] = {}
        self.model = nlp.parsed_with(doc)
        self.states: NDArray[np.float32] = np.asarray(doc.tensor)
        self.table: NDArray[np.float32] = doc.vocab.vectors.data
        self.row = _rows(doc)


def _rows(doc: Doc) -> NDArray[np.int64]:
    vectors = doc.vocab.vectors
    if vectors.mode != "default" or not vectors.data.size:
        return np.full(len(doc), -1)
    row = vectors.key2row.get  # `find` makes a string's number of each number first
    return np.array([row(word, -1) for word in doc.to_array("ORTH").tolist()], np.int64)


def sentences(doc: Doc, mentions: Sequence[RawMention], at: dict[int, int]) -> list[Sentence]:
    """The sentences of a chunk that hold two candidates or more. `at` maps token index -> mention index."""
    words = Words(doc)
    found: list[Sentence] = []
    for sent in doc.sents:
        candidates = _candidates(words, sent.start, sent.end, mentions, at)[:MAX_SENTENCE_CANDIDATES]
        if len(candidates) > 1:
            found.append(Sentence(words, sent.start, sent.end, candidates))
    return found


def _candidates(
    words: Words, start: int, end: int, mentions: Sequence[RawMention], at: dict[int, int]
) -> list[Candidate]:
    found: list[Candidate] = []
    index = start
    while index < end:
        mention = at.get(index)
        last = index + 1
        if mention is not None:
            while last < end and at.get(last) == mention:
                last += 1
            candidate = _of_mention(words, index, last, mentions[mention], mention)
        else:
            candidate = _of_word(words, index)
        if candidate is not None:
            found.append(candidate)
        index = last
    return found


def _of_mention(words: Words, start: int, end: int, mention: RawMention, index: int) -> Candidate | None:
    root = _root(words, start, end)
    match mention.form:
        case "pronoun":
            found = _of_word(words, start)
            return None if found is None else replace(found, mention=index)
        case "value":
            if mention.value is None or mention.value.type != "date":
                return None
            return Candidate(start, end, root, "date", mention.value.precision or "", index)
        case "role" | "description":
            return Candidate(start, end, root, "role", mention.kind, index)
        case "name":
            return Candidate(start, end, root, "name", mention.kind, index)


def _of_word(words: Words, index: int) -> Candidate | None:
    """A word that is no mention and still may stand for one: "who", "its", "we", "the company"."""
    lower, tag = words.lower[index], words.tag[index]
    if tag in PRONOUN_TAGS and lower not in NO_ARGUMENT:
        return Candidate(index, index + 1, index, "pronoun", lower, None)
    if tag in RELATIVE_TAGS or lower == "where":
        return Candidate(index, index + 1, index, "relative", lower, None)
    if lower in DESCRIPTIONS and tag == "NN" and index and words.lower[index - 1] in DEFINITE:
        return Candidate(index, index + 1, index, "role", lower, None)
    return None


def _root(words: Words, start: int, end: int) -> int:
    for index in range(start, end):
        head = words.head[index]
        if not start <= head < end or head == index:
            return index
    return start


def antecedents(sentence: Sentence) -> list[int]:
    """For each candidate the place of an earlier one of the sentence that it may well stand for, or -1: a guess for
    features, nothing that is written down."""
    return [_antecedent(sentence, place) for place in range(len(sentence.candidates))]


def _antecedent(sentence: Sentence, place: int) -> int:
    words, candidate = sentence.words, sentence.candidates[place]
    before = range(place - 1, -1, -1)
    if candidate.form == "relative":
        described = _described(words, candidate.root)
        of_noun = (each for each in before if _holds(sentence.candidates[each], described))
        return next(of_noun, next((each for each in before if sentence.candidates[each].form != "date"), -1))
    if candidate.form == "pronoun":
        own = PERSONS.get(words.lower[candidate.start])
        for each in before:
            other = sentence.candidates[each]
            if other.form == "pronoun" and PERSONS.get(words.lower[other.start]) == own:
                return each
        kind = {"he": "Person", "she": "Person", "it": "Organization"}.get(own or "")
        fitting = [each for each in before if kind is not None and sentence.candidates[each].label == kind]
        subjects = (each for each in fitting if words.dep[sentence.candidates[each].root].startswith("nsubj"))
        return next(subjects, fitting[0] if fitting else -1)
    if candidate.form == "name":
        last = words.lower[candidate.end - 1]
        for each in before:
            other = sentence.candidates[each]
            if other.form == "name" and (
                words.lower[other.end - 1] == last
                or (each == place - 1 and words.lower[other.end : candidate.start] == ["("])
            ):
                return each
    return -1


def _described(words: Words, token: int) -> int:
    """The noun that the relative clause of `token` describes, or -1."""
    for above in _ancestors(words, token):
        if words.dep[above] == "relcl":
            return words.head[above]
    return -1


def _holds(candidate: Candidate, token: int) -> bool:
    return candidate.start <= token < candidate.end


def role_features(sentence: Sentence, position: int) -> list[int]:
    """Buckets of what says which part the candidate at `position` may play: itself and its surroundings."""
    words, candidate = sentence.words, sentence.candidates[position]
    masked, (place, after) = sentence.masked, sentence.place[position]
    root = candidate.root
    head = words.head[root]
    dep, head_lemma, head_pos = words.dep[root], words.lemma[head], words.pos[head]
    label = words.label[root] or "-"
    kind = f"{candidate.form}/{candidate.label}/{label}"
    first, second = _get(masked, place - 1), _get(masked, place - 2)
    third = _get(masked, place - 3)
    next_, later = _get(masked, after), _get(masked, after + 1)
    latest = _get(masked, after + 2)
    found = [
        "b",
        f"k {kind}",
        f"f {candidate.form}",
        f"w {words.lower[candidate.start]}",
        f"v {words.lower[candidate.end - 1]}",
        f"s {words.lower[candidate.end - 1][-3:]} {candidate.form}",
        f"t {words.lower[candidate.start][:4]} {candidate.form}",
        f"n {min(candidate.end - candidate.start, 5)} {candidate.form}",
        f"g {_shape(words, candidate)} {candidate.label}",
        f"c {_counted(position)} {candidate.form}",
        f"p {kind} {first}",
        f"p1 {first}",
        f"p2 {second} {first}",
        f"p3 {third} {second} {first}",
        f"q1 {next_}",
        f"q2 {next_} {later}",
        f"q3 {next_} {later} {latest}",
        f"pq {first} {next_}",
        f"pk {second} {first} {candidate.form}",
        f"qk {next_} {later} {candidate.form}",
        f"d {dep} {candidate.form}",
        f"dk {dep} {head_lemma}",
        f"h {head_lemma} {kind}",
        f"hp {head_pos} {dep} {label}",
    ]
    above = words.head[head]
    found.append(f"hh {dep} {words.dep[head]} {words.lemma[above]}")
    if words.dep[head] == "prep" or dep == "pobj":
        found += [f"hv {head_lemma} {words.lemma[above]}", f"hvk {head_lemma} {words.lemma[above]} {candidate.form}"]
    for child in sentence.children.get(root, ()):
        if not candidate.start <= child < candidate.end:
            found.append(f"ch {words.dep[child]} {words.lemma[child]}")
    for sibling in sentence.children.get(head, ()):
        if sibling != root:
            found.append(f"sb {words.dep[sibling]} {words.lemma[sibling]}")
    around = [
        said
        for offset in range(2, 6)
        for said in (f"o {_get(masked, place - offset)}", f"r {_get(masked, after + offset - 1)}")
    ]
    return [
        *hashed(found, ROLE_BUCKETS),
        *sentence.hashed_keys("a", "", ROLE_BUCKETS),
        *sentence.hashed_keys("ak", f" {candidate.form}", ROLE_BUCKETS),
        *hashed(around, ROLE_BUCKETS),
    ]


def hashed(found: list[str], buckets: int) -> list[int]:
    """The bucket of each feature."""
    last = buckets - 1
    return [crc32(each.encode()) & last for each in found]


def pair_features(sentence: Sentence, subject: int, target: int) -> list[int]:
    """Buckets of what stands between and around two candidates, in the text and in the dependency tree."""
    words, masked = sentence.words, sentence.masked
    one, other = sentence.candidates[subject], sentence.candidates[target]
    forward = subject < target
    left, right = (subject, target) if forward else (target, subject)
    start, end = sentence.place[left][1], sentence.place[right][0]
    way = ">" if forward else "<"
    kinds = f"{way}{_kind(words, one)}|{_kind(words, other)}"
    forms = f"{way}{one.form}|{other.form}"
    between = masked[start:end]
    found = [
        "b",
        f"K {kinds}",
        f"F {forms}",
        f"M {way}{one.label}|{other.label}",
        f"D {forms} {_counted(end - start)}",
        f"N {forms} {right - left}",
        f"I {forms} {_counted(subject)}",
        f"S1 {words.lower[one.start]} {way}",
        f"O1 {words.lower[other.start]} {way}",
        f"S2 {words.lower[one.end - 1]}",
        f"O2 {words.lower[other.end - 1]}",
    ]
    if len(between) <= 5:
        phrase = " ".join(between)
        found += [f"B {way} {phrase}", f"BK {kinds} {phrase}"]
    if len(between) > MAX_BETWEEN:
        between = [*between[: MAX_BETWEEN // 2], "...", *between[-MAX_BETWEEN // 2 :]]
    bounded = ["^", *between, "$"]
    for each in between:
        found.append(f"1 {way} {each}")
    for pair in pairwise(bounded):
        found.append(f"2 {way} {pair[0]} {pair[1]}")
    for index in range(len(bounded) - 2):
        found.append(f"3 {way} {bounded[index]} {bounded[index + 1]} {bounded[index + 2]}")
    found += _list_features(sentence, subject, target, way)
    before, after = sentence.place[left][0], sentence.place[right][1]
    found += [
        f"L1 {way} {_get(masked, before - 1)}",
        f"L2 {way} {_get(masked, before - 2)} {_get(masked, before - 1)}",
        f"L3 {way} {_get(masked, before - 3)} {_get(masked, before - 2)} {_get(masked, before - 1)}",
        f"R1 {way} {_get(masked, after)}",
        f"R2 {way} {_get(masked, after)} {_get(masked, after + 1)}",
        f"R3 {way} {_get(masked, after)} {_get(masked, after + 1)} {_get(masked, after + 2)}",
        f"LB {way} {_get(masked, before - 1)} {masked[sentence.place[left][1]]}",
        f"BR {way} {masked[sentence.place[right][0] - 1]} {_get(masked, after)}",
    ]
    found += _path_features(sentence, one, other, way, forms)
    return [*hashed(found, PAIR_BUCKETS), *sentence.hashed_keys(f"A {way}", "", PAIR_BUCKETS)]


def _list_features(sentence: Sentence, subject: int, target: int, way: str) -> list[str]:
    """What stands between the heads of the lists that the two are in, and before and after those."""
    one, other = sentence.list_head[subject], sentence.list_head[target]
    if one == other:
        return ["H one list"]
    masked, (left, right) = sentence.masked, sorted((one, other))
    start, end = sentence.place[left][1], sentence.place[right][0]
    between = masked[start:end]
    found = [f"H {way} {sum(map(abs, (subject - one, target - other))) > 0}"]
    if len(between) <= 4:
        found.append(f"HB {way} {' '.join(between)}")
    found.append(f"HL {way} {' '.join(masked[max(end - 3, 0) : end])}")
    found.append(
        f"H2 {way} {' '.join(masked[max(end - 2, 0) : end])} {_kind(sentence.words, sentence.candidates[target])}"
    )
    found.append(f"HR {way} {' '.join(masked[start : start + 2])}")
    return found


def path(words: Words, one: int, other: int) -> tuple[list[int], list[int], int]:
    """Tokens from `one` up to where the paths meet, tokens from `other` up to there, and the token where they meet;
    -1 when they do not."""
    known = words.paths.get((one, other))
    if known is None:
        known = words.paths[one, other] = _path(words, one, other)
    return known


def _path(words: Words, one: int, other: int) -> tuple[list[int], list[int], int]:
    up = _ancestors(words, one)
    seen = {token: index for index, token in enumerate(up)}
    down: list[int] = []
    for token in _ancestors(words, other):
        if token in seen:
            return up[: seen[token]], down, token
        down.append(token)
    return up, down, -1


def _path_features(sentence: Sentence, one: Candidate, other: Candidate, way: str, forms: str) -> list[str]:
    words = sentence.words
    up, down, top = path(words, one.root, other.root)
    if top < 0 or len(up) + len(down) > 2 * MAX_PATH:
        return ["P none"]
    lemma, dep = words.lemma, words.dep
    inner_up, inner_down = up[1:], down[1:]
    crossed = [*inner_up, *([top] if top not in (one.root, other.root) else []), *reversed(inner_down)]
    deps = ">".join(dep[token] for token in up) + "^" + "<".join(dep[token] for token in reversed(down))
    said = " ".join(lemma[token] for token in crossed)
    found = [f"PD {deps}", f"PL {len(up)} {len(down)}", f"T {lemma[top]} {forms}"]
    if len(crossed) <= 5:
        found += [f"PK {said} {one.label}|{other.label}", f"PW {said} {way}", f"PA {deps} {said}", f"PS {said} {forms}"]
    found += [f"PT {lemma[token]}" for token in crossed]
    found += [f"P2 {lemma[first]} {lemma[second]}" for first, second in pairwise(crossed)]
    on_path = {*up, *down, top}
    for token in (*crossed, one.root, other.root):
        for child in sentence.children.get(token, ()):
            if child not in on_path and words.pos[child] != "PUNCT":
                found.append(f"PC {lemma[token] if token in crossed else '*'} {dep[child]} {words.shown[child]}")
                found.append(f"PH {words.shown[child]}")
    return found


def _ancestors(words: Words, token: int) -> list[int]:
    chain = [token]
    while words.head[token] != token and len(chain) < 40:
        token = words.head[token]
        chain.append(token)
    return chain


def _shape(words: Words, candidate: Candidate) -> str:
    """The spellings of a mention's first tokens, coarsely: "Xx Xx", "X.", "XXX"."""
    return " ".join(words.shape[index][:3] for index in range(candidate.start, min(candidate.end, candidate.start + 3)))


def _kind(words: Words, candidate: Candidate) -> str:
    if candidate.form == "name":
        return words.label[candidate.root] or candidate.label
    if candidate.form == "date":
        return f"date {candidate.label}"
    return candidate.label if candidate.form in {"pronoun", "relative"} else candidate.form


def _get(items: list[str], index: int) -> str:
    return items[index] if 0 <= index < len(items) else "#"


def _counted(number: int) -> str:
    """A count, coarser as it grows."""
    return str(number) if number < 6 else "6-8" if number < 9 else "9-15" if number < 16 else "16+"
