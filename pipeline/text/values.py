"""Dates, quantities and money in one canonical form, by regular expressions.

A date keeps its precision: a year is a year. Partial dates are never filled up with today's day and month, which is
what general date parsers do. What is said from the day of writing ("last Tuesday", "7 May") is a date only where that
day is known. A stretch of years, months or days is an ISO 8601 interval of its first and last.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING

from graph_schema.models import Precision, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}

_ANY_MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_ANY_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_ANY_DAY = r"(?:[0-3]?[0-9](?:st|nd|rd|th)?)"
_MONTH = r"(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = rf"(?P<year>{_ANY_YEAR})"
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_ISO = rf"{_YEAR}-(?P<monthnumber>[01]?[0-9])-(?P<day>[0-3]?[0-9])"
_NUMERIC = rf"(?P<one>[0-3]?[0-9])(?P<mark>[./-])(?P<other>[0-3]?[0-9])(?P=mark){_YEAR}"


def _date_form(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){form}(?![\w-])", re.IGNORECASE)


_DATE_FORMS = tuple(
    _date_form(form)
    for form in (
        _ISO,
        _NUMERIC,
        rf"{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        rf"{_DAY}\s+{_MONTH}\s+['’]?(?P<shortyear>[0-9]{{2}})",
        rf"{_YEAR}(?!s)",
    )
)
_IN_FIGURES = tuple(re.compile(rf"(?<![\w./-]){form}(?![\w/-]|\.\w)") for form in (_ISO, _NUMERIC))

_FULL = (
    rf"(?:{_ANY_YEAR}-[01]?[0-9]-[0-3]?[0-9]|[0-3]?[0-9][./-][0-3]?[0-9][./-]{_ANY_YEAR}"
    rf"|(?:{_ANY_DAY}\s+(?:of\s+)?)?{_ANY_MONTH},?\s+(?:of\s+)?{_ANY_YEAR}|{_ANY_MONTH}\s+{_ANY_DAY},?\s+{_ANY_YEAR})"
)
_PART = rf"(?:{_ANY_DAY}\s+{_ANY_MONTH}|{_ANY_MONTH}\s+{_ANY_DAY}|{_ANY_MONTH})"
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|until|till|through)\s+)"
_RANGE_FORMS = tuple(
    _date_form(form)
    for form in (
        rf"(?P<month>{_ANY_MONTH})\s+(?P<first>{_ANY_DAY}){_TO}(?P<last>{_ANY_DAY})(?:,?\s+(?P<year>{_ANY_YEAR}))?",
        rf"(?P<first>{_FULL}|{_PART}|{_ANY_YEAR}|{_ANY_DAY}){_TO}(?P<last>{_FULL}|{_PART})",
        rf"between\s+(?P<first>{_FULL}|{_PART}|{_ANY_YEAR}|{_ANY_DAY})\s+and\s+(?P<last>{_FULL}|{_PART})",
    )
)
_CENTURY = r"(?P<first>1[0-9]{3}|20[0-9]{2})"
_LAST = r"(?P<last>(?:[12][0-9])?[0-9]{2})"
_PERIOD_FORMS = (
    *(
        re.compile(rf"(?<![\w-]){form}(?![\w-])")
        for form in (
            rf"{_CENTURY}\s*(?:-|–|—|to|until|through)\s*{_LAST}",
            rf"[Bb]etween\s+{_CENTURY}\s+and\s+{_LAST}",
        )
    ),
    re.compile(r"(?<![\w-])(?P<decade>1[0-9]{2}|20[0-9])0['’]?s(?![\w-])"),
)
_WEEKDAYS = {
    name.lower(): number for names in (calendar.day_name, calendar.day_abbr) for number, name in enumerate(names)
}
_WEEKDAYS |= {"tues": 1, "thurs": 3}
_NEAR_DAYS = {"yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
              "this evening": 0, "tomorrow": 1}  # fmt: skip
_STEPS = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_STEP = r"(?P<step>" + "|".join(_STEPS) + ")"
_NEAR = re.compile(r"\b(?P<near>" + "|".join(_NEAR_DAYS) + r")\b", re.IGNORECASE)
_WEEKDAY = re.compile(
    rf"\b(?:{_STEP}\s+)?(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b(?!s)", re.IGNORECASE
)
_AGO = re.compile(
    r"^(?:about|some|nearly|almost)?\s*(?P<count>.+?)\s+(?P<unit>day|week|month|year)s?\s+ago$", re.IGNORECASE
)
_STEPPED = re.compile(rf"\b{_STEP}\s+(?P<unit>month|year)\b", re.IGNORECASE)
_YEARLESS = tuple(_date_form(form) for form in (rf"{_DAY}\s+(?:of\s+)?{_MONTH}", rf"{_MONTH}\s+{_DAY}", _MONTH))
_DAYS_A_YEAR = 365
_PRECISIONS: tuple[Precision, ...] = ("year", "month", "day")

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
MULTIPLES = {"dozen": 12, "hundred": 100}
SCALES = {
    "thousand": 1_000, "lakh": 100_000, "million": 1_000_000, "crore": 10_000_000, "billion": 1_000_000_000,
    "trillion": 10**12,
}  # fmt: skip
_SUFFIXES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}
_NUMERALS = {*NUMBER_WORDS, *MULTIPLES, *SCALES, "half"}
_SIGNS = {
    "us$": "USD", "ca$": "CAD", "c$": "CAD", "au$": "AUD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD", "r$": "BRL",
    "$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "rs.": "INR", "rs": "INR",
}  # fmt: skip
CODES = frozenset(
    "USD EUR GBP JPY CHF CAD AUD NZD HKD SGD NOK SEK DKK ISK PLN CZK HUF RUB UAH INR PKR CNY KRW BRL MXN ZAR EGP ILS "
    "SAR AED DEM FRF ITL NLG BEF".split()
)
CURRENCIES = {
    "dollar": "USD", "us dollar": "USD", "u.s. dollar": "USD", "american dollar": "USD", "canadian dollar": "CAD",
    "australian dollar": "AUD", "new zealand dollar": "NZD", "hong kong dollar": "HKD", "singapore dollar": "SGD",
    "pound": "GBP", "pound sterling": "GBP", "pounds sterling": "GBP", "british pound": "GBP", "egyptian pound": "EGP",
    "euro": "EUR", "yen": "JPY", "krone": "NOK", "kroner": "NOK", "norwegian krone": "NOK", "norwegian kroner": "NOK",
    "danish krone": "DKK", "danish kroner": "DKK", "krona": "SEK", "kronor": "SEK", "franc": "CHF",
    "swiss franc": "CHF", "french franc": "FRF", "belgian franc": "BEF", "mark": "DEM", "german mark": "DEM",
    "guilder": "NLG", "rouble": "RUB", "ruble": "RUB", "rupee": "INR", "indian rupee": "INR", "pakistani rupee": "PKR",
    "cents": "cent",
}  # fmt: skip
_UNIT_FORMS = {
    "metre": "metre", "meter": "metre", "kilometre": "kilometre", "kilometer": "kilometre", "km": "kilometre",
    "m": "metre", "centimetre": "centimetre", "centimeter": "centimetre", "cm": "centimetre", "feet": "foot",
    "percent": "percent", "%": "percent", "tonne": "tonne", "ton": "ton", "people": "person",
    "men": "man", "women": "woman", "children": "child",
}  # fmt: skip


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


_FIGURES = r"(?<!\d)(?<!\d[.,])(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+|\d+)(?:\.\d+)?"
_SCALE = _one_of(SCALES)
_WORDS = rf"(?:\b{_one_of(_TENS)}(?:[\s-]{_one_of(_SMALL)})?|\b{_one_of(_SMALL)})\b"
_HUNDREDS = rf"(?:(?:{_FIGURES}|{_WORDS}|\bhalf\s+an?)[\s-]+)?\b{_one_of(MULTIPLES)}\b(?:\s+(?:and\s+)?{_WORDS})?"
_GROUP = rf"(?:{_HUNDREDS}|{_FIGURES}|{_WORDS})(?:\s+and\s+a\s+half\b)?|\bhalf\s+an?\b"
_NUMBER = re.compile(
    rf"(?<!\w)(?P<vague>\b(?:several|few|many|couple(?:\s+of)?|multi)[\s-]+)?"
    rf"(?:(?:(?:{_GROUP})[\s-]+{_SCALE}s?|\b{_SCALE})\b(?:\s+(?:and\s+)?(?:{_HUNDREDS}|{_WORDS})(?:\s+{_SCALE}\b)?)*"
    rf"|{_GROUP})",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[^\d.]")
_PIECES = re.compile(rf"{_FIGURES}|[a-z]+")
_SUFFIXED = re.compile(rf"(?<=\d)\s?({_one_of(_SUFFIXES)})\b", re.IGNORECASE)
_SIGN = rf"(?i:{_one_of(_SIGNS)})"
_CODE = _one_of(CODES)
_SCALED = rf"{_FIGURES}(?![.,]?\d|\s\d{{3}}\b)(?:[\s-]?(?i:{_SCALE})\b|\s?(?i:{_one_of(_SUFFIXES)})\b)?"
_BEFORE = rf"(?<![\w$£€¥])(?:{_SIGN}|{_CODE})\s?"
_AFTER = rf"\s?(?:{_SIGN}|{_CODE})(?![\w$£€¥])"
_DASH = r"\s?[-–—]\s?"
_SIGNED_MONEY = re.compile(
    rf"\bbetween\s+{_BEFORE}{_SCALED}\s+and\s+(?:{_BEFORE})?{_SCALED}"
    rf"|\bbetween\s+{_SCALED}\s+and\s+{_SCALED}{_AFTER}"
    rf"|(?<!from ){_BEFORE}{_SCALED}(?:\s+to\s+|{_DASH}){_BEFORE}{_SCALED}"
    rf"|{_BEFORE}{_SCALED}(?:{_DASH}{_SCALED})?"
    rf"|(?<![\w.,-])(?<!\d\s)(?:{_SCALED}(?:\s+to\s+|{_DASH}))?{_SCALED}{_AFTER}"
)
_CURRENCY = re.compile(rf"{_BEFORE}|[$£€¥₹]|\b(?:{_CODE}|(?i:{_one_of(CURRENCIES)})s?)\b")
_GLUED = re.compile(rf"(?<!\w)({_CODE}|(?i:rs))(?=\d)")
_SAID_BEFORE = re.compile(rf"(?:{_BEFORE})$")
_SAID_AFTER = re.compile(rf"[\s-]*(?:(?P<unit>{_SIGN}|{_CODE})(?!\w)|(?P<name>(?i:{_one_of(CURRENCIES)}))s?\b)")


@lru_cache(maxsize=65_536)
def parse_date(text: str, written: str | None = None, *, ahead: bool = False) -> Value | None:
    """The first date in `text` as ISO 8601 cut to its precision (`1962`, `1962-03`, `1962-03-01`) or, of a stretch of
    days, months or years, its first and last (`1980/1989`), as precise as the coarser; `None` when there is none.

    `written` is when the text was written, in ISO 8601: only with a known day is a relative date one ("last Tuesday",
    "two years ago"), or one without a year ("7 May"), which is then the one nearest to that day; with `ahead` the next.
    """
    for form in _RANGE_FORMS:
        if (matched := form.search(text)) and (ends := _range(matched, written, ahead=ahead)):
            return _between(*ends, text)
    for period in _PERIOD_FORMS:
        if matched := period.search(text):
            return _period(matched, text)
    for form in _DATE_FORMS:
        if matched := form.search(text):
            return _date(matched, text)
    day = _day(written)
    return None if day is None else _relative(text, day, ahead=ahead)


def date_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where a whole date stands in figures alone ("25/12/1950"), half-open."""
    return (matched.span() for form in _IN_FIGURES for matched in form.finditer(text))


def bounds(date: Value | None) -> tuple[str | None, str | None]:
    """The first and last of a stretch of time; of any other date both are that date."""
    if date is None:
        return None, None
    first, _, last = date.normalised.partition("/")
    return first, last or first


def _range(matched: re.Match[str], written: str | None, *, ahead: bool) -> tuple[Value, Value] | None:
    """Both ends of "3 to 5 May 2004"; what the first does not say of month and year, the last does."""
    said = matched.groupdict()
    if (month := said.get("month")) is not None:
        year = said["year"] or ""
        first, last = (f"{month} {said[end]} {year}".strip() for end in ("first", "last"))
    else:
        first, last = said["first"], said["last"]
    end = parse_date(last, written, ahead=ahead)
    if end is None:
        return None
    year, month = int(end.normalised[:4]), end.normalised[5:7]
    if re.fullmatch(_ANY_DAY, first):
        if end.precision != "day":
            return None
        first = f"{first} {calendar.month_name[int(month)]}"
    begin = parse_date(first)
    if begin is None:  # "30 December to 2 January 2004" begins in the year before
        same, before = (parse_date(f"{first} {each}") for each in (year, year - 1))
        begin = same if same is None or same.normalised <= end.normalised else before
    return None if begin is None else (begin, end)


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat((written or "")[:10])
    except ValueError:
        return None


def _period(matched: re.Match[str], text: str) -> Value | None:
    groups = matched.groupdict()
    if decade := groups.get("decade"):
        return _dated(f"{decade}0/{decade}9", text, "year")
    first, last = groups["first"], groups["last"]
    last = first[: 4 - len(last)] + last
    return _dated(f"{first}/{last}", text, "year") if first < last else None


def _between(begin: Value, end: Value, text: str) -> Value | None:
    if begin.normalised >= end.normalised:
        return None
    coarser = min((begin.precision, end.precision), key=_PRECISIONS.index)
    assert coarser is not None
    return _dated(f"{begin.normalised}/{end.normalised}", text, coarser)


def _relative(text: str, day: date, *, ahead: bool) -> Value | None:
    """A date that is said from `day`, with `ahead` of what lies before it then."""
    if matched := _NEAR.search(text):
        return _dated((day + timedelta(days=_NEAR_DAYS[matched["near"].lower()])).isoformat(), text, "day")
    if matched := _AGO.search(text.strip()):
        return _ago(matched, text, day)
    if matched := _STEPPED.search(text):
        step = _STEPS[matched["step"].lower()]
        return _moved(day, text, matched["unit"].lower(), step)
    for form in _YEARLESS:
        if matched := form.search(text):
            return _nearest(matched, text, day, ahead=ahead)
    if matched := _WEEKDAY.search(text):
        return _on_weekday(matched, text, day, ahead=ahead)
    return None


def _ago(matched: re.Match[str], text: str, day: date) -> Value | None:
    count = 1 if matched["count"].lower() in {"a", "an", "one"} else parse_number(matched["count"])
    if count is None or count != int(count):
        return None
    return _moved(day, text, matched["unit"].lower(), -int(count))


def _moved(day: date, text: str, unit: str, count: int) -> Value | None:
    """`count` units from `day`, as precise as the unit; a week is no precision of a date."""
    if unit == "day" and abs(count) < 1000 * _DAYS_A_YEAR:
        return _dated((day + timedelta(days=count)).isoformat(), text, "day")
    if unit == "month":
        months = day.year * 12 + day.month - 1 + count
        return _dated(f"{months // 12:04}-{months % 12 + 1:02}", text, "month") if months >= 12_000 else None
    if unit == "year" and day.year + count >= 1000:
        return _dated(f"{day.year + count}", text, "year")
    return None


def _nearest(matched: re.Match[str], text: str, day: date, *, ahead: bool) -> Value | None:
    """A day and month, or a month, in the year that brings it nearest to `day`, with `ahead` not before it."""
    month, said = MONTHS[matched["month"].lower()], matched.groupdict().get("day")
    middle = int(said) if said else 15
    near: list[tuple[int, int]] = []
    for year in (day.year - 1, day.year, day.year + 1):
        past = (year, month, middle if said else day.day) < (day.year, day.month, day.day)
        if 1 <= middle <= calendar.monthrange(year, month)[1] and not (ahead and past):
            near.append((abs((date(year, month, middle) - day).days), year))
    if not near:
        return None
    year = min(near)[1]
    if said is None:
        return _dated(f"{year}-{month:02}", text, "month")
    return _dated(f"{year}-{month:02}-{middle:02}", text, "day")


def _on_weekday(matched: re.Match[str], text: str, day: date, *, ahead: bool) -> Value:
    """The last such day of the week up to `day` (before it: "last"; after it: "next"), with `ahead` the first from it
    on."""
    weekday, step = _WEEKDAYS[matched["weekday"].lower()], _STEPS.get((matched["step"] or "").lower(), 0)
    back = (day.weekday() - weekday) % 7
    if step == 1 or (ahead and step == 0 and back):
        return _dated((day + timedelta(days=7 - back)).isoformat(), text, "day")
    back = back or (7 if step == -1 else 0)
    return _dated((day - timedelta(days=back)).isoformat(), text, "day")


def _date(matched: re.Match[str], text: str) -> Value | None:
    groups = matched.groupdict()
    year = int(groups["year"]) if groups.get("year") else _full_year(int(groups["shortyear"]))
    month = int(groups["monthnumber"]) if groups.get("monthnumber") else MONTHS.get((groups.get("month") or "").lower())
    day = int(groups["day"]) if groups.get("day") else None
    if groups.get("one"):
        one, other = int(groups["one"]), int(groups["other"])
        if one != other and {one, other} <= set(MONTHS.values()):  # some write the day first, some the month
            return _dated(f"{year}", text, "year")
        month, day = min(one, other), max(one, other)
    if month is None:
        return _dated(f"{year}", text, "year")
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    if day is None:
        return _dated(f"{year}-{month:02}", text, "month")
    return _dated(f"{year}-{month:02}-{day:02}", text, "day")


def _full_year(two_figures: int) -> int:
    """The year that two figures stand for, from 1930 to 2029."""
    return two_figures + (1900 if two_figures >= 30 else 2000)


def _dated(normalised: str, text: str, precision: Precision) -> Value:
    return Value(type="date", normalised=normalised, text=text, precision=precision)


@lru_cache(maxsize=65_536)
def parse_number(text: str) -> float | None:
    """The one number in `text`, in figures, words or both ("1,200", "forty-two", "half a million"); `None` when there
    is none or more than one ("2-3 million")."""
    found = _number(text)
    return None if found is None else found[0]


def _number(text: str) -> tuple[float, int, int] | None:
    """The one number in `text`, and where it begins and ends."""
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1 or numbers[0]["vague"]:
        return None
    said = numbers[0]
    counted = _counted(said[0].lower())
    if counted is None:
        return None
    return -counted if text.lower().startswith("minus ") else counted, said.start(), said.end()


def _counted(number: str) -> float | None:
    """What a number in lower case amounts to; `None` when its scales do not fall ("two million and three million"), or
    nothing could hold it."""
    total = 0.0
    current: float | None = None
    least = float("inf")
    for piece in _PIECES.findall(number):
        if piece[0].isdigit():
            current = float(_GROUPED.sub("", piece))
        elif piece == "half":
            current = (current or 0) + 0.5
        elif piece in NUMBER_WORDS:
            current = (current or 0) + NUMBER_WORDS[piece]
        elif piece in MULTIPLES:
            current = (1 if current is None else current) * MULTIPLES[piece]
        elif (scale := SCALES.get(piece.removesuffix("s"))) is not None:
            if scale >= least:
                return None
            total += (1 if current is None else current) * scale
            current, least = None, scale
    total += current or 0
    return total if isfinite(total) else None


def compatible(first: str, second: str, value_type: str | None) -> bool:
    """Whether two normalised values can both be so: equal ones, and a date with a coarser one that holds it."""
    if value_type != "date":
        return first == second
    return first == second or first.startswith(f"{second}-") or second.startswith(f"{first}-")


def money_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where figures stand beside the sign or the code of a currency, half-open, with both ends of "$2-3 million"."""
    return (matched.span() for matched in _SIGNED_MONEY.finditer(text))


def parse_money(text: str) -> Value | None:
    """An amount as `number CODE`, or `None` when no one number stands beside a currency: of two ends, of several and of
    a multiple that nobody knows there is no amount."""
    figures = _SUFFIXED.sub(lambda matched: f" {_SUFFIXES[matched[1].lower()]}", _GLUED.sub(r"\1 ", text))
    found = _number(figures)
    if found is None or figures[found[2] : found[2] + 1].isalpha():
        return None
    number, start, end = found
    if before := _SAID_BEFORE.search(figures[:start]):
        code = _code(before[0])
    elif after := _SAID_AFTER.match(figures, end):
        code = CURRENCIES[" ".join(after["name"].lower().split())] if after["name"] else _code(after["unit"])
    else:
        return None
    return Value(type="money", normalised=f"{_plain(number)} {code}", text=text)


def names_currency(text: str) -> bool:
    """Whether `text` says that an amount is money, readable or not ("$2-3 million", "500 old pounds")."""
    return _CURRENCY.search(text) is not None


def _code(unit: str) -> str:
    """The code of a currency by its code or its sign."""
    unit = unit.strip()
    return unit if unit in CODES else _SIGNS[unit.lower()]


def parse_quantity(text: str, unit: str | None = None) -> Value | None:
    """A count or measure as `number unit`; the unit is `unit` or the last word of `text` that is no number."""
    number = parse_number(text)
    if number is None:
        return None
    words = re.findall(r"[a-z%]+", text.lower().replace("per cent", "percent"))
    said = [word for word in words if word == "%" or (len(word) > 1 and word not in _NUMERALS)]
    name = (unit or (said[-1] if said else "")).lower()
    return Value(type="quantity", normalised=f"{_plain(number)} {_singular(name)}".strip(), text=text)


def _singular(unit: str) -> str:
    known = _UNIT_FORMS.get(unit) or _UNIT_FORMS.get(unit.removesuffix("s"))
    return known or (
        unit.removesuffix("es") if unit.endswith(("xes", "ches", "shes", "sses")) else unit.removesuffix("s")
    )


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)
