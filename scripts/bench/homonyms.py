"""Short documents about people: pairs of two people who share a name, and pairs about one person in other words.

Made by a generator with a fixed seed from templates of its own; half of the templates are never looked at while rules
are made (`held_out`). Some documents say little: those pairs are part of the figures.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

FIRST = {
    "f": "Anna Clara Edith Elena Grace Helen Ingrid Judith Karen Laura Maria Nora Ruth Sofia Teresa Vera".split(),
    "m": "Adam Daniel Edward Frank George Henrik James Jonas Karl Martin Oscar Peter Robert Simon Victor".split(),
}
LAST = (
    "Ashdown Berg Brandt Carver Dahl Ellery Falk Garrow Hale Hansen Harker Johnson Keller Lindgren Marlow Marsh Miller "
    "Novak Olsen Parrish Quayle Rowe Sandoval Smith Thorne Ullman Vance Whitlock Wilson Young"
).split()
MIDDLE = "A C D E F H J L M P R T W".split()
CITIES = (
    "Aberdeen Antwerp Bergen Bordeaux Boston Bristol Brno Cardiff Cleveland Cork Denver Dresden Galway Gdansk Genoa "
    "Ghent Graz Halifax Leeds Lyon Malmo Norwich Nantes Oporto Perth Portland Riga Seville Tampere Trieste Turin "
    "Uppsala Utrecht York"
).split()
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "science": (("chemist", "scientist"), ("{} Institute of Chemistry", "{} Research Institute")),
    "medicine": (("surgeon", "doctor"), ("{} General Hospital", "{} Infirmary")),
    "music": (("pianist", "musician"), ("{} Philharmonic Orchestra", "{} Conservatory")),
    "sport": (("footballer", "midfielder"), ("{} Rovers", "{} Athletic Club")),
    "law": (("judge", "lawyer"), ("{} Court of Appeal", "{} Law Society")),
    "letters": (("novelist", "writer"), ("{} Review", "{} Press")),
    "engineering": (("engineer", "inventor"), ("{} Bridge Company", "{} Engine Works")),
    "military": (("colonel", "officer"), ("{} Regiment", "{} Fusiliers")),
    "art": (("painter", "artist"), ("{} Art Gallery", "{} Academy of Art")),
    "politics": (("mayor", "politician"), ("{} City Council", "{} Labour Party")),
}

# {n} full name, {s} last name, {P} he or she, {p} his or her, {r} role, {R} other word for it, {a} {A} their articles,
# {e} employer, {c} city, {b} year of birth, {B} date of birth, {y} a year of work, {k} a colleague
DEVELOPED = (
    "{n}, the {r}, was born on {B} in {c}. {P} joined the {e} in {y} and worked there with {k}.",
    "The {e} announced in {y} that {n} would succeed {k}. {s}, {A} {R} born in {b}, had lived in {c} for years.",
    "{k} of the {e} paid tribute to {n} on Monday. {s} was {a} {r} whom all of {c} knew.",
    "In {y} the {R} {n} moved to {c}. There {p} work for the {e} began, together with {k}.",
    "{n} ({b}) is {a} {r}. {P} works at the {e} in {c}.",
    "A letter from {k} to {n}, dated {y}, is kept by the {e}. {s} was {a} {r} at the time.",
    "Interview: {n}. The {R} talks about the {e}, about {c} and about {k}.",
    "{n} was {a} {r} at the {e}.",
)
HELD_OUT = (
    "Born in {c} in {b}, {n} became {a} {r}. From {y} {P} was employed by the {e}, where {k} was a colleague.",
    "{e}, {c}. In {y} the prize went to {n}, {A} {R}. {k} gave the speech, and {s} thanked everyone.",
    "The {r} {n} has died. {P} was born on {B}. {k}, who also served at the {e}, said that {c} had lost a friend.",
    "According to {k}, {n} left the {e} in {y}. The {R} now lives in {c}.",
    "{s} came to {c} in {y}. {n} was known there as {a} {r}, first at the {e}, later on {p} own.",
    "Our correspondent met {n} at the {e}. The {r} had come with {k} from {c}.",
    "The minutes of the {e} for {y} name {n} as {R}. {k} seconded the motion in {c}.",
    "{n}, {A} {R}, spoke in {c}.",
)


@dataclass(frozen=True, slots=True)
class Person:
    """What documents can say of one invented person."""

    name: str
    gender: str
    field: str
    employer: str
    city: str
    born: str
    worked: int
    colleague: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents that name one name: about the same person, or about two."""

    name: str
    first: str
    second: str
    same: bool


def pairs(count: int, *, held_out: bool, seed: int = 4) -> list[Pair]:
    """`count` pairs of homonyms and as many about one person."""
    rng = random.Random(f"{seed} {held_out}")
    templates = HELD_OUT if held_out else DEVELOPED
    made: list[Pair] = []
    for index in range(2 * count):
        one = _person(rng)
        same = index % 2 == 1
        other = one if same else _namesake(rng, one)
        first, second = rng.sample(templates, 2)
        made.append(Pair(one.name, _document(first, one), _document(second, _later(rng, other)), same))
    return made


def _person(rng: random.Random) -> Person:
    gender = rng.choice("fm")
    name = f"{rng.choice(FIRST[gender])} {rng.choice(LAST)}"
    field = rng.choice(sorted(FIELDS))
    city = rng.choice(CITIES)
    year = rng.randrange(1880, 1985)
    born = f"{rng.randrange(1, 29)} {rng.choice(('March', 'June', 'October'))} {year}"
    worked, colleague = year + rng.randrange(25, 55), _colleague(rng, name.split()[1])
    return Person(name, gender, field, _employer(rng, field), city, born, worked, colleague)


def _namesake(rng: random.Random, one: Person) -> Person:
    """Another of the same name and gender: mostly of another field, always of another city, employer and time."""
    while True:
        other = _person(rng)
        years = abs(int(other.born[-4:]) - int(one.born[-4:]))
        apart = other.city != one.city and other.employer != one.employer and years > 5
        if other.gender == one.gender and apart and (other.field != one.field or rng.random() < 0.1):
            return replace(other, name=one.name, colleague=_colleague(rng, one.name.split()[1]))


def _later(rng: random.Random, person: Person) -> Person:
    """The same person some years on, often with another colleague, sometimes in another town or with another employer,
    and now and then under another form of the name."""
    first, last = person.name.split()
    forms = (f"{first} {rng.choice(MIDDLE)}. {last}", f"{first[0]}. {last}", f"Dr. {first} {last}")
    return replace(
        person,
        name=rng.choice(forms) if rng.random() < 0.2 else person.name,
        worked=person.worked + rng.randrange(0, 6),
        colleague=_colleague(rng, last) if rng.random() < 0.4 else person.colleague,
        city=rng.choice(CITIES) if rng.random() < 0.2 else person.city,
        employer=_employer(rng, person.field) if rng.random() < 0.15 else person.employer,
    )


def _employer(rng: random.Random, field: str) -> str:
    return rng.choice(FIELDS[field][1]).format(rng.choice(CITIES))


def _colleague(rng: random.Random, last: str) -> str:
    """Someone with another last name than `last`."""
    others = [each for each in LAST if each != last]
    return f"{rng.choice(FIRST[rng.choice('fm')])} {rng.choice(others)}"


def _document(template: str, person: Person) -> str:
    role, other = FIELDS[person.field][0]
    female = person.gender == "f"
    said = {
        "n": person.name,
        "s": person.name.split()[-1],
        "P": "She" if female else "He",
        "p": "her" if female else "his",
        "r": role,
        "R": other,
        "a": _article(role),
        "A": _article(other),
        "e": person.employer,
        "c": person.city,
        "b": person.born[-4:],
        "B": person.born,
        "y": str(person.worked),
        "k": person.colleague,
    }
    return template.format_map(said)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
