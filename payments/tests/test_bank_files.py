"""Files of banks: encodings, delimiters, headers, amounts and days, and what is none of it."""

from datetime import date

import pytest

from payments.bank import columns
from payments.bank.amounts import day, decimal_sign, is_month_first, minor_units
from payments.bank.files import MAX_BYTES, MAX_ROWS, rows_of
from payments.bank.reading import read
from payments.errors import StatementRefused
from payments.tests.transfers import row, statement


def read_file(data):
    rows = rows_of(data)
    return read(rows, columns.find(rows), currency="EUR")


SAVINGS_BANK = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Kundenreferenz (End-to-End)";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";'
    '"Betrag";"Waehrung";"Info"\n'
    '"DE1";"02.03.26";"02.03.26";"GUTSCHR.";"RF45 ORD1";"NOTPROVIDED";"WEBER, ADA";'
    '"DE89370400440532013000";"1.054,90";"EUR";"Umsatz gebucht"\n'
)
WITH_PREAMBLE = (
    '"Girokonto";"DE02120300000000202051"\n\n"Kontostand vom 03.03.2026:";"900,00 EUR"\n'
    '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";'
    '"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)"\n'
    '"02.03.26";"02.03.26";"Gebucht";"Ada Weber";"Selvedge";"RF45";"Eingang";"DE89";"54,9"\n'
)
IN_ENGLISH = (
    '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference",'
    '"Amount (EUR)"\n'
    '2026-03-02,2026-03-02,"Ada Weber",DE89,Credit,"RF45, thanks","1,054.90"\n'
)


@pytest.mark.parametrize(
    ("text", "encoding", "amount"),
    [
        (SAVINGS_BANK, "cp1252", 105490),
        (SAVINGS_BANK, "utf-8-sig", 105490),
        (SAVINGS_BANK, "utf-16", 105490),
        (WITH_PREAMBLE, "utf-8", 5490),
        (IN_ENGLISH, "utf-8", 105490),
    ],
)
def test_files_of_common_banks_are_understood(text, encoding, amount):
    (entry,) = read_file(text.encode(encoding)).entries
    assert (entry.amount, entry.booked_on) == (amount, date(2026, 3, 2))
    assert "weber" in entry.name.lower()
    assert "RF45" in entry.text


def test_an_unknown_header_waits_for_a_person():
    assert columns.find(rows_of(b"Wann;Was;Wieviel\n02.03.2026;RF45;54,90\n")) is None


def test_money_that_left_and_closing_lines_are_passed_over():
    found = read_file(statement(row("-12,00"), row(), ";;;;Endsaldo;;"))
    assert (len(found.entries), found.outgoing) == (1, 1)


def test_the_same_payment_twice_in_a_file_is_two_payments():
    first, second = read_file(statement(row(), row())).entries
    assert first.fingerprint != second.fingerprint
    assert read_file(statement(row(), row())).entries[1].fingerprint == second.fingerprint


@pytest.mark.parametrize(
    ("cell", "sign", "amount"),
    [
        ("1.234,56", ",", 123456),
        ("1,234.56", ".", 123456),
        ("1234,5", ",", 123450),
        ("+54,90 EUR", ",", 5490),
        ("54,90-", ",", -5490),
        ("−54,90", ",", -5490),
        ("(54.90)", ".", -5490),
        ("1’234.00", ".", 123400),
        ("€ 5", ",", 500),
    ],
)
def test_amounts_are_read_as_they_were_meant(cell, sign, amount):
    assert minor_units(cell, sign, "EUR") == amount


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "12345.678,00",
        "1.23.4,00",
        "12,345",
        "1,2,3",
        "",
        "NaN",
        "1e9",
        "54,",
        "１２,00",
        "9" * 30,
        "--5",
    ],
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(ValueError):  # noqa: PT011
        minor_units(cell, ",", "EUR")


def test_a_column_says_what_stands_before_its_cents():
    assert decimal_sign(["1.234", "12,50"]) == ","
    assert decimal_sign(["1,234", "12.50"]) == "."
    assert decimal_sign(["1.234,56"]) == ","


def test_days_are_read_with_the_month_where_it_is():
    assert is_month_first(["03/02/2026", "03/25/2026"])
    assert not is_month_first(["03/02/2026", "25/03/2026"])
    assert day("03/25/2026", month_first=True) == date(2026, 3, 25)
    assert day("2026-03-25 10:00", month_first=False) == date(2026, 3, 25)
    with pytest.raises(ValueError, match="month"):
        day("03.25.2026", month_first=False)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no_text"),
        (b"PK\x03\x04\x00\x00", "no_text"),
        (b"a" * (MAX_BYTES + 1), "too_large"),
        (b"a;b;c\n" * (MAX_ROWS + 1), "too_many_rows"),
        (b";" * 100 + b"\n", "too_many_columns"),
        (b'a;b;"' + b"x" * 140_000, "unreadable"),
        (statement(), "no_lines"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_reason(data, code):
    with pytest.raises(StatementRefused) as refused:
        read_file(data)
    assert refused.value.code == code


def test_each_line_that_cannot_be_read_is_named():
    data = statement(row(), row("=cmd|' /C calc'!A0"), row(day="31.02.2026"))
    with pytest.raises(StatementRefused) as refused:
        read_file(data)
    assert refused.value.facts["problems"] == [
        (3, "amount", "=cmd|' /C calc'!A0"),
        (4, "day", "31.02.2026"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [(SAVINGS_BANK, "Umsatz gebucht"), (WITH_PREAMBLE, "Gebucht")],
)
def test_lines_that_the_bank_has_not_booked_are_passed_over(text, word):
    pending = text.splitlines()[-1].replace(word, "Umsatz vorgemerkt")
    found = read_file(f"{text}{pending}\n".encode())
    assert (len(found.entries), found.pending, found.outgoing) == (1, 1, 0)
    with pytest.raises(StatementRefused, match="all_pending"):
        read_file(text.replace(word, "Vorgemerkt").encode())
