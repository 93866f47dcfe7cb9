"""Local entities in any number, with the frequencies that names have in documents: few everywhere, most rare."""

from __future__ import annotations

import random
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.ingest.resolution.members import Context, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = (("Person", 0.45), ("Organization", 0.25), ("Place", 0.2), ("Work", 0.1))
ONSETS = "b br d dr f fl g gr h k kr l m n p pr r s st t tr v w".split()
VOWELS = "a e i o u ai ei ou".split()
CODAS = "n r l s t m nd rk lt ng st".split()
ORGANISATIONS = "Ltd Inc GmbH Institute University Council Museum Bank Systems Instruments Association Party".split()
PER_DOCUMENT = 10
ENTITIES_PER_LOCAL = 0.3


def members(count: int, seed: int = 4) -> Iterator[Member]:
    """`count` members, ten a document. Who is mentioned follows Zipf's law; so do first and last names. A prefix of a
    longer sequence is not a shorter one: the number of entities grows with the number of mentions."""
    rng = random.Random(f"{seed} {count}")
    kinds = [kind for kind, _ in SHARES]
    pools = {kind: _Pool(kind, max(20, int(count * share * ENTITIES_PER_LOCAL)), seed) for kind, share in SHARES}
    for document in range(0, count, PER_DOCUMENT):
        chosen = []
        for _ in range(min(PER_DOCUMENT, count - document)):
            kind = rng.choices(kinds, [share for _, share in SHARES])[0]
            chosen.append((kind, pools[kind].draw(rng)))
        around = frozenset(name.casefold() for _, name in chosen)
        for place, (kind, name) in enumerate(chosen):
            context = Context(neighbours=around - {name.casefold()})
            shown = _variant(rng, kind, name)
            yield Member(f"{document:08}.{place}", f"{document:08}", kind, kind, shown, context=context)


class _Pool:
    """The names of one kind's entities, the most frequent first."""

    def __init__(self, kind: str, size: int, seed: int) -> None:
        rng = random.Random(f"{seed} {kind}")
        self.names = [_name(rng, kind) for _ in range(size)]
        self.weights = list(accumulate(1 / rank for rank in range(1, size + 1)))

    def draw(self, rng: random.Random) -> str:
        """A name by its frequency."""
        return self.names[bisect_left(self.weights, rng.random() * self.weights[-1])]


def _name(rng: random.Random, kind: str) -> str:
    if kind == "Person":
        return f"{_frequent_word(rng, 400, 'first')} {_frequent_word(rng, 8_000, 'last')}"
    if kind == "Organization":
        heads = [_frequent_word(rng, 20_000, "head") for _ in range(rng.randrange(1, 3))]
        return " ".join((*heads, rng.choice(ORGANISATIONS)))
    if kind == "Place":
        return _frequent_word(rng, 20_000, "place")
    return " ".join(("The", *(_frequent_word(rng, 20_000, "head") for _ in range(3))))


def _frequent_word(rng: random.Random, pool: int, what: str) -> str:
    """One of `pool` words, about as a word of a language: rank is uniform in its logarithm."""
    made = random.Random(f"{what} {int(pool ** rng.random())}")
    syllables = made.randrange(2, 4)
    word = "".join(made.choice(ONSETS) + made.choice(VOWELS) for _ in range(syllables - 1))
    return (word + made.choice(ONSETS) + made.choice(VOWELS) + made.choice(CODAS)).title()


def _variant(rng: random.Random, kind: str, name: str) -> str:
    """Now and then a name is shortened, misspelt or in capitals."""
    roll = rng.random()
    if kind == "Person" and roll < 0.15:
        first, last = name.split()
        return rng.choice((f"{first[0]}. {last}", last, f"Dr. {name}"))
    if roll > 0.97:
        place = rng.randrange(1, len(name))
        return name[:place] + name[place + 1 :]
    return name.upper() if roll > 0.95 else name
