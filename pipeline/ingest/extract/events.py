"""Nouns that stand for a deed: the verb they stand for, and the prepositions before whom or what it is done to."""

from __future__ import annotations

_TABLE = """
acquisition acquire of; purchase buy of; takeover acquire of; buyout acquire of; sale sell of; merger merge-with with
invasion invade of; occupation occupy of; annexation annex of; conquest conquer of; liberation liberate of
bombing bomb of; bombardment bombard of; shelling shell of; siege besiege of; capture capture of; seizure seize of
attack attack on,against; assault attack on,against; raid raid on,against; strike strike on,against
war fight against,with; destruction destroy of; defeat defeat of; victory defeat over; blockade blockade of
murder murder of; killing kill of; assassination assassinate of; execution execute of; massacre massacre of
arrest arrest of; detention detain of; kidnapping kidnap of; abduction abduct of; torture torture of
appointment appoint of; nomination nominate of; election elect of; dismissal dismiss of; hiring hire of
founding found of; foundation found of; establishment establish of; creation create of; formation form of
construction build of; design design of; invention invent of; discovery discover of; development develop of
production produce of; manufacture manufacture of; publication publish of; translation translate of
support support for,of; endorsement endorse of; approval approve of; rejection reject of; condemnation condemn of
criticism criticise of; praise praise for,of; denunciation denounce of; recognition recognise of
visit visit to; marriage marry to,with; meeting meet-with with; membership join of,in; participation participate-in in
ownership own of; control control of,over; leadership lead of; command command of; management manage of
membership member-of of; withdrawal withdraw-from from; departure leave from; resignation resign-from from
exploration explore of; study study of; investigation investigate of,into; analysis analyse of
adoption adopt of; violation violate of; abuse abuse of; persecution persecute of; expulsion expel of
recruitment recruit of; employment employ of; funding fund of,for; financing finance of; sponsorship sponsor of
"""


def _read(table: str) -> dict[str, tuple[str, frozenset[str]]]:
    rows = (row.split() for line in table.strip().splitlines() for row in line.split(";"))
    return {noun: (verb.replace("-", " "), frozenset(words.split(","))) for noun, verb, words in rows}


EVENT_NOUNS = _read(_TABLE)
"""Noun -> verb, prepositions of its object."""
