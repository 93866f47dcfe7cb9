"""Values: dates keep the precision that was said, what cannot be is `None`, numbers in words and figures are one."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.values import bounds, date_spans, money_spans, parse_date, parse_money, parse_number, parse_quantity


@pytest.mark.parametrize(
    ("text", "normalised", "precision"),
    [
        ("1962", "1962", "year"),
        ("in the spring of 1962", "1962", "year"),
        ("March 1962", "1962-03", "month"),
        ("Sept. 1962", "1962-09", "month"),
        ("May of 1962", "1962-05", "month"),
        ("1 March 1962", "1962-03-01", "day"),
        ("the 1st of March, 1962", "1962-03-01", "day"),
        ("March 1, 1962", "1962-03-01", "day"),
        ("MARCH 22nd 1962", "1962-03-22", "day"),
        ("1962-03-01", "1962-03-01", "day"),
        ("1962-3-1", "1962-03-01", "day"),
        ("Saturday, 2 November 1957", "1957-11-02", "day"),
    ],
)
def test_a_date_keeps_the_precision_that_was_said(text: str, normalised: str, precision: str) -> None:
    value = parse_date(text)
    assert value is not None
    assert (value.type, value.normalised, value.precision, value.text) == ("date", normalised, precision, text)


@pytest.mark.parametrize(
    "text",
    ["30 February 1962", "29 February 1900", "February 29, 1961", "1962-13-01", "1962-00-10", "1962-02-31",
     "32 May 1962", "0 May 1962"],
)  # fmt: skip
def test_an_impossible_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["last week", "the 960s", "3 March", "Tuesday", "03/04/1962x", "room 196", "", "32"])
def test_what_names_no_year_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["part 1962-6", "AB1962", "1962-A"])
def test_a_year_within_a_longer_word_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("1990-1994", "1990/1994"),
        ("1990–94", "1990/1994"),
        ("from 1914 to 1918", "1914/1918"),
        ("between 1914 and 1918", "1914/1918"),
        ("the 1980s", "1980/1989"),
        ("the 1980's", "1980/1989"),
        ("1994-1990", None),
    ],
)
def test_a_stretch_of_years_is_its_first_and_last(text: str, normalised: str | None) -> None:
    value = parse_date(text)
    assert (value and value.normalised) == normalised
    assert value is None or value.precision == "year"


@pytest.mark.parametrize(
    ("text", "normalised", "precision"),
    [
        ("yesterday", "2016-06-14", "day"),
        ("last night", "2016-06-14", "day"),
        ("today", "2016-06-15", "day"),
        ("tomorrow", "2016-06-16", "day"),
        ("last Tuesday", "2016-06-14", "day"),
        ("last Wednesday", "2016-06-08", "day"),
        ("Wednesday", "2016-06-15", "day"),
        ("on Thursday", "2016-06-09", "day"),
        ("next Wednesday", "2016-06-22", "day"),
        ("three days ago", "2016-06-12", "day"),
        ("seven months ago", "2015-11", "month"),
        ("two years ago", "2014", "year"),
        ("a year ago", "2015", "year"),
        ("this month", "2016-06", "month"),
        ("last year", "2015", "year"),
        ("Jan. 7", "2016-01-07", "day"),
        ("20 December", "2015-12-20", "day"),
        ("in May", "2016-05", "month"),
        ("29 February", "2016-02-29", "day"),
        ("3 March 1931", "1931-03-03", "day"),
    ],
)
def test_a_relative_date_is_told_from_the_day_of_writing(text: str, normalised: str, precision: str) -> None:
    value = parse_date(text, "2016-06-15")
    assert value is not None
    assert (value.normalised, value.precision, value.text) == (normalised, precision, text)
    if "1931" not in text:
        assert parse_date(text) is None
        assert parse_date(text, "2016") is None


@pytest.mark.parametrize(
    ("text", "normalised", "precision"),
    [
        ("25/12/1950", "1950-12-25", "day"),
        ("12/25/1950", "1950-12-25", "day"),
        ("25.12.1950", "1950-12-25", "day"),
        ("25-12-1950", "1950-12-25", "day"),
        ("5/5/1950", "1950-05-05", "day"),
        ("03/04/1950", "1950", "year"),
        ("3.5.2004", "2004", "year"),
    ],
)
def test_of_a_date_in_figures_that_may_begin_with_day_or_month_only_the_year_is_sure(
    text: str, normalised: str, precision: str
) -> None:
    value = parse_date(text)
    assert value is not None
    assert (value.normalised, value.precision) == (normalised, precision)


@pytest.mark.parametrize("text", ["31/02/1950", "13/13/1950", "0.4.1950"])
def test_an_impossible_date_in_figures_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_whole_dates_in_figures_are_found_within_a_text() -> None:
    text = "Born 25/12/1950, died on 3.5.2004. Not 1.2.3.2004, 25/12, page 12/1950 or 1962-1965, but 2004-05-03."
    assert sorted(text[start:end] for start, end in date_spans(text)) == ["2004-05-03", "25/12/1950", "3.5.2004"]


@pytest.mark.parametrize(
    ("text", "normalised", "precision"),
    [
        ("May 1998-June 1999", "1998-05/1999-06", "month"),
        ("from May 1998 to June 1999", "1998-05/1999-06", "month"),
        ("May–June 1999", "1999-05/1999-06", "month"),
        ("between May and June 1999", "1999-05/1999-06", "month"),
        ("December to January 2004", "2003-12/2004-01", "month"),
        ("3 to 5 May 2004", "2004-05-03/2004-05-05", "day"),
        ("3rd-5th of May 2004", "2004-05-03/2004-05-05", "day"),
        ("May 3-5, 2004", "2004-05-03/2004-05-05", "day"),
        ("30 December to 2 January 2004", "2003-12-30/2004-01-02", "day"),
        ("3 May 1931 – 5 June 1935", "1931-05-03/1935-06-05", "day"),
        ("2004-05-03 to 2004-06-01", "2004-05-03/2004-06-01", "day"),
        ("1949 to May 1950", "1949/1950-05", "year"),
        ("May to 3 June 2004", "2004-05/2004-06-03", "month"),
        ("June 1999-May 1998", None, None),
        ("1990 and 1994", "1990", "year"),
    ],
)
def test_a_stretch_of_months_or_days_is_its_first_and_last(
    text: str, normalised: str | None, precision: str | None
) -> None:
    value = parse_date(text)
    assert (value and value.normalised, value and value.precision) == (normalised, precision)


def test_the_bounds_of_a_date_are_the_ends_of_a_stretch_or_itself_twice() -> None:
    assert bounds(parse_date("the 1950s")) == ("1950", "1959")
    assert bounds(parse_date("May 1998-June 1999")) == ("1998-05", "1999-06")
    assert bounds(parse_date("May 1998")) == ("1998-05", "1998-05")
    assert bounds(None) == (None, None)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("September", "2016-09"),
        ("in May", "2017-05"),
        ("June", "2016-06"),
        ("10 June", "2017-06-10"),
        ("Tuesday", "2016-06-21"),
        ("this Tuesday", "2016-06-21"),
        ("Wednesday", "2016-06-15"),
        ("last Tuesday", "2016-06-14"),
        ("3 to 5 May", "2017-05-03/2017-05-05"),
    ],
)
def test_what_lies_ahead_is_the_next_such_day_or_month(text: str, normalised: str) -> None:
    value = parse_date(text, "2016-06-15", ahead=True)
    assert value is not None
    assert value.normalised == normalised


@pytest.mark.parametrize("text", ["last week", "some years ago", "31 April", "9,000 years ago", "the other day"])
def test_what_names_no_day_month_or_year_is_no_date_on_any_day(text: str) -> None:
    assert parse_date(text, "2016-06-15") is None


@given(st.dates(date(1000, 1, 1), date(2099, 12, 31)), st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{y}-{n}-{d}"]))
def test_every_day_of_the_calendar_is_read_back(day: date, form: str) -> None:
    text = form.format(d=day.day, m=calendar.month_name[day.month], n=day.month, y=day.year)
    value = parse_date(text)
    assert value is not None
    assert (value.normalised, value.precision) == (day.isoformat(), "day")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("1,200", 1200),
        ("1,234,567.5", 1_234_567.5),
        ("3.5 million", 3_500_000),
        ("zero", 0),
        ("forty-two", 42),
        ("Three hundred and five", 305),
        ("one hundred and twenty thousand", 120_000),
        ("two million three hundred thousand", 2_300_000),
        ("a dozen", 12),
        ("a hundred", 100),
        ("thousand", 1000),
        ("about 40 or so", 40),
    ],
)
def test_a_number_is_the_same_in_figures_words_and_both(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "several", "nobody knows", "and", "9" * 400])
def test_what_says_no_number_is_none_and_not_zero(text: str) -> None:
    assert parse_number(text) is None
    assert parse_money(f"{text} pounds") is None
    assert parse_quantity(f"{text} metres") is None


@given(st.integers(0, 999_999_999))
def test_figures_with_and_without_separators_are_one_number(number: int) -> None:
    assert parse_number(f"{number:,}") == parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("$3.5 million", "3500000 USD"),
        ("US$ 20", "20 USD"),
        ("£12", "12 GBP"),
        ("two hundred pounds", "200 GBP"),
        ("€0.5", "0.5 EUR"),
        ("1,500 kroner", "1500 NOK"),
        ("¥900", "900 JPY"),
    ],
)
def test_money_is_a_number_and_a_code(text: str, normalised: str) -> None:
    value = parse_money(text)
    assert value is not None
    assert (value.type, value.normalised, value.text, value.precision) == ("money", normalised, text, None)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("US$500", "500 USD"),
        ("A$ 5m", "5000000 AUD"),
        ("R$20", "20 BRL"),
        ("USD 40,000", "40000 USD"),
        ("EUR3.2bn", "3200000000 EUR"),
        ("CHF 3 million", "3000000 CHF"),
        ("40,000 SEK", "40000 SEK"),
        ("12,000€", "12000 EUR"),
        ("Rs. 500", "500 INR"),
        ("500 euros", "500 EUR"),
        ("40 million Swiss francs", "40000000 CHF"),
        ("five hundred Canadian dollars", "500 CAD"),
        ("10 pounds sterling", "10 GBP"),
        ("NOK 5\u00a0000\u00a0000", "5000000 NOK"),
    ],
)
def test_a_currency_is_told_by_sign_code_or_name_before_or_after_the_number(text: str, normalised: str) -> None:
    value = parse_money(text)
    assert value is not None
    assert value.normalised == normalised


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("3.5 lakh rupees", "350000 INR"),
        ("₹2 crore", "20000000 INR"),
        ("half a million euros", "500000 EUR"),
        ("two and a half million dollars", "2500000 USD"),
        ("two million three hundred thousand pounds", "2300000 GBP"),
    ],
)
def test_a_multiple_counts_in_full(text: str, normalised: str) -> None:
    value = parse_money(text)
    assert value is not None
    assert value.normalised == normalised


@pytest.mark.parametrize(
    "text",
    [
        "between $2 million and $3 million",
        "$2-3 million",
        "$2 million to $3 million",
        "£40m–£50m",
        "two or three million pounds",
        "two million and three million pounds",
        "3.5 gazillion dollars",
        "$3zn",
        "several hundred pounds",
        "a couple of million dollars",
        "500 Liberian dollars",
        "Z$500",
        "2,5 million euros",
    ],
)
def test_a_range_a_vague_or_unknown_multiple_and_an_unknown_currency_are_no_amount_of_money(text: str) -> None:
    assert parse_money(text) is None


@pytest.mark.parametrize(
    "text", ["3 to 5 people", "between 200 and 300 men", "two or three ships", "2,000-3,000 tonnes"]
)
def test_a_range_is_no_quantity(text: str) -> None:
    assert parse_number(text) is None
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("It cost £12,000, then $500 and 40 EUR.", ["£12,000", "$500", "40 EUR"]),
        ("It cost USD40,000 or US$ 3.5 million.", ["USD40,000", "US$ 3.5 million"]),
        ("It cost $2-3 million, £40m–£50m or 2 to 3 million NOK.", ["$2-3 million", "£40m–£50m", "2 to 3 million NOK"]),
        ("It cost between €2 and €3, or $4 to $5.", ["between €2 and €3", "$4 to $5"]),
        ("It rose from $2 million to $3 million.", ["$2 million", "$3 million"]),
        ("In 2004 it weighed 500 pounds; see COP 26 and AUSD 3.", []),
        ("It cost 50 000 NOK, SEK 50 000 or €2,5 million.", []),
    ],
)
def test_money_stands_where_figures_stand_beside_a_sign_or_code(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in money_spans(text)] == spans


@pytest.mark.parametrize("text", ["3.5 million", "pounds", "40 men"])
def test_money_without_its_currency_or_its_number_is_none(text: str) -> None:
    assert parse_money(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "normalised"),
    [
        ("620 metres", None, "620 metre"),
        ("620 meters", None, "620 metre"),
        ("3.2 km", None, "3.2 kilometre"),
        ("twelve feet", None, "12 foot"),
        ("45%", None, "45 percent"),
        ("45 percent", None, "45 percent"),
        ("7,000 m3", None, "7000"),
        ("120 people", None, "120 person"),
        ("some 1,200 employees", None, "1200 employee"),
        ("120", "worker", "120 worker"),
        ("120", "", "120"),
        ("120", None, "120"),
    ],
)
def test_a_quantity_is_a_number_and_one_spelling_of_its_unit(text: str, unit: str | None, normalised: str) -> None:
    value = parse_quantity(text, unit)
    assert value is not None
    assert (value.type, value.normalised, value.text, value.precision) == ("quantity", normalised, text, None)
