"""What the words before a noun for a role make of it: a deputy leads nothing, a finance minister leads no country."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

DEPUTIES = frozenset("deputy vice assistant associate under sub junior".split())
FIELDED = frozenset("minister secretary director manager".split())
WHOLE = frozenset(
    "prime first chief general executive managing party company club board council team group committee bank country "
    "state city town school association federation union".split()
)
DEPUTY = "deputy"


def is_subordinate(role: Token) -> bool:
    """Whether a role is a deputy's ("vice president"), or that for one field of many ("marketing manager"). "Member"
    and the like are what they are with any word before them."""
    if role.lemma_.lower() in {"member", "fellow", "partner", "student"}:
        return False
    before = [child for child in role.lefts if child.dep_ in {"compound", "amod", "nmod"}]
    words = {word.lower_ for child in before for word in (child, *child.lefts)}
    if words & DEPUTIES:
        return True
    fields = {child.lower_ for child in before if child.dep_ == "compound" and child.tag_ == "NN"}
    return role.lemma_.lower() in FIELDED and bool(fields - WHOLE)
