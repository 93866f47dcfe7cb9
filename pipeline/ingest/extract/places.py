"""Places that everybody knows, by how large they are: what a place cannot be in."""

from __future__ import annotations

_PARTS_OF_THE_WORLD = """
    africa, antarctica, arctic, asia, asia minor, australasia, balkans, caribbean, caucasus, central africa, central
    america, central asia, central europe, east africa, east asia, eastern europe, europe, far east, latin america,
    middle east, near east, north africa, north america, northern europe, oceania, scandinavia, south america, south
    asia, south east asia, southeast asia, southeastern europe, southern africa, southern europe, southwest asia,
    sub-saharan africa, west africa, western europe, western hemisphere, pacific, atlantic
"""
_COUNTRIES = """
    afghanistan, albania, algeria, america, andorra, angola, argentina, armenia, australia, austria, azerbaijan,
    bahamas, bahrain, bangladesh, barbados, belarus, belgium, belize, benin, bhutan, bolivia, bosnia, bosnia and
    herzegovina, botswana, brazil, britain, brunei, bulgaria, burkina faso, burma, burundi, cambodia, cameroon,
    canada, cape verde, chad, chile, china, colombia, communist china, comoros, congo, costa rica, croatia, cuba,
    cyprus, czech republic, czechoslovakia, democratic republic of the congo, denmark, djibouti, dominica, dominican
    republic, east germany, east timor, ecuador, egypt, el salvador, equatorial guinea, eritrea, estonia, ethiopia,
    fiji, finland, france, gabon, gambia, germany, ghana, great britain, greece, grenada, guatemala, guinea,
    guinea-bissau, guyana, haiti, honduras, hungary, iceland, india, indonesia, iran, iraq, ireland, israel, italy,
    ivory coast, jamaica, japan, jordan, kazakhstan, kenya, kosovo, kuwait, kyrgyzstan, laos, latvia, lebanon,
    lesotho, liberia, libya, liechtenstein, lithuania, luxembourg, macedonia, madagascar, malawi, malaysia,
    maldives, mali, malta, mauritania, mauritius, mexico, moldova, monaco, mongolia, montenegro, morocco,
    mozambique, myanmar, namibia, nepal, netherlands, new zealand, nicaragua, niger, nigeria, north korea, north
    vietnam, norway, oman, pakistan, palestine, panama, papua new guinea, paraguay, peru, philippines, poland,
    portugal, qatar, republic of ireland, romania, russia, russian federation, rwanda, samoa, san marino, saudi
    arabia, senegal, serbia, seychelles, sierra leone, slovakia, slovenia, somalia, south africa, south korea, south
    sudan, south vietnam, soviet union, spain, sri lanka, sudan, suriname, swaziland, sweden, switzerland, syria,
    taiwan, tajikistan, tanzania, thailand, togo, tonga, trinidad and tobago, tunisia, turkey, turkmenistan, u.k.,
    u.s., u.s.a., u.s.s.r., uganda, uk, ukraine, united arab emirates, united kingdom, united states, united states
    of america, uruguay, us, usa, ussr, uzbekistan, vatican city, venezuela, viet nam, viet-nam, vietnam, west
    germany, yemen, yugoslavia, zaire, zambia, zimbabwe
"""
_STATES = """
    alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, florida, hawaii, idaho,
    illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts, michigan, minnesota,
    mississippi, missouri, montana, nebraska, nevada, new hampshire, new jersey, new mexico, north carolina, north
    dakota, ohio, oklahoma, oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee, texas,
    utah, vermont, virginia, west virginia, wisconsin, wyoming, georgia, new york, d.c., dc, district of columbia,
    alberta, british columbia, manitoba, new brunswick, nova scotia, ontario, quebec, saskatchewan, new south wales,
    queensland, tasmania, england, scotland, wales, northern ireland
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(" ".join(name.split()) for name in text.split(","))


PARTS_OF_THE_WORLD, COUNTRIES, STATES = map(_names, (_PARTS_OF_THE_WORLD, _COUNTRIES, _STATES))


def cannot_be_in(place: str, other: str) -> bool:
    """Whether two well-known places are of one size, or the first is the larger one: no country is in a country.

    England may be in Britain, and a country in a part of the world; of names that are not known nothing is ruled out.
    """
    size, other_size = _size(place), _size(other)
    return size is not None and other_size is not None and size >= other_size


def is_known(place: str) -> bool:
    """Whether a place is a country, a state of one, or a part of the world that everybody knows."""
    return _size(place) is not None


def _size(place: str) -> int | None:
    name = " ".join(place.lower().split()).removeprefix("the ")
    sizes = ((COUNTRIES, 2), (STATES, 1), (PARTS_OF_THE_WORLD, 3))
    return next((size for names, size in sizes if name in names), None)
