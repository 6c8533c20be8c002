from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from billing.tax_invoice import Amendment, Note, Party, TaxInvoice, TypeCode, as_json, tax_invoices
from tests.unit.billing.samples import NOVEMBER

SUPPLIER, RECEIVER = (
    Party(
        number=number,
        name=name,
        representative="홍길동",
        address="서울",
        business_type="서비스",
        business_item="콜센터",
        email="a@b.example",
    )
    for number, name in (("1238200003", "센터"), ("1248600015", "누림전자"))
)


def issued(
    *notes: Note, vat: int = 10_000, supply: int = 100_000, number: str | None = "2026-11-00001"
) -> list[TaxInvoice]:
    return tax_invoices(
        number=number,
        month=NOVEMBER,
        supply=supply,
        vat=vat,
        notes=notes,
        supplier=SUPPLIER,
        receiver=RECEIVER,
        item="이용료",
        works=lambda day: day.weekday() < 5 and day != date(2026, 12, 10),
    )


def note(amendment: Amendment, supply: int, number: str = "C2027-01-00001") -> Note:
    return Note(number=number, amendment=amendment, why="착오", supply=supply, vat=supply // 10, day=date(2027, 1, 15))


def test_it_is_written_on_the_months_last_day_and_issued_by_the_tenth_or_the_next_working_day() -> None:
    (plain,) = issued()
    assert (plain.written_on, plain.issue_by) == (date(2026, 11, 30), date(2026, 12, 11))
    assert (plain.type_code, plain.total, plain.amendment) == (TypeCode.TAX_INVOICE, 110_000, None)
    assert issued(vat=0)[0].type_code is TypeCode.INVOICE


def test_a_mistake_is_a_negative_copy_and_a_right_one_of_the_original_day() -> None:
    _, negative, right = issued(note(Amendment.MISTAKE, -30_000))
    assert (negative.supply, negative.vat, negative.written_on) == (-100_000, -10_000, date(2026, 11, 30))
    assert (right.supply, right.vat, right.written_on) == (70_000, 7_000, date(2026, 11, 30))
    assert {negative.original, right.original} == {"2026-11-00001"}
    assert right.type_code is TypeCode.CORRECTED_TAX_INVOICE


def test_a_second_mistake_copies_what_stands_by_then() -> None:
    notes = note(Amendment.MISTAKE, -30_000), note(Amendment.MISTAKE, 5_000, "C2027-01-00002")
    *_, negative, right = issued(*notes)
    assert (negative.supply, right.supply) == (-70_000, 75_000)
    assert negative.original == "C2027-01-00001-2"


def test_a_mistake_that_took_everything_leaves_no_invoice_of_zero_won() -> None:
    notes = note(Amendment.MISTAKE, -100_000), note(Amendment.MISTAKE, 20_000, "C2027-01-00002")
    assert [(one.number, one.supply) for one in issued(*notes)] == [
        ("2026-11-00001", 100_000), ("C2027-01-00001-1", -100_000), ("C2027-01-00002-2", 20_000),
    ]  # fmt: skip


def test_what_a_note_asks_for_after_a_statement_of_zero_won_is_an_invoice_of_its_own() -> None:
    notes = note(Amendment.MISTAKE, 20_000), note(Amendment.SUPPLY_CHANGED, -5_000, "C2027-01-00002")
    own, change = issued(*notes, supply=0, vat=0, number=None)
    assert (own.number, own.amendment, own.original, own.written_on) == (
        "C2027-01-00001", None, None, date(2026, 11, 30),
    )  # fmt: skip
    assert (own.type_code, own.total) == (TypeCode.TAX_INVOICE, 22_000)
    assert (change.original, change.supply) == ("C2027-01-00001", -5_000)
    (later,) = issued(note(Amendment.SUPPLY_CHANGED, 20_000), supply=0, vat=0, number=None)
    assert later.written_on == date(2027, 1, 15)
    assert issued(supply=0, vat=0, number=None) == []


def test_a_changed_amount_is_one_invoice_of_the_day_of_the_change() -> None:
    _, change = issued(note(Amendment.SUPPLY_CHANGED, -30_000))
    assert (change.supply, change.vat, change.written_on) == (-30_000, -3_000, date(2027, 1, 15))
    assert change.amendment is Amendment.SUPPLY_CHANGED


def test_one_that_was_issued_twice_is_taken_back_on_its_own_day() -> None:
    _, copy = issued(note(Amendment.ISSUED_TWICE, -100_000))
    assert (copy.total, copy.written_on) == (-110_000, date(2026, 11, 30))


@given(st.lists(st.tuples(st.sampled_from(Amendment), st.integers(-100, 100).map(lambda n: n * 100)), max_size=6))
def test_all_invoices_together_are_what_is_owed(corrections: list[tuple[Amendment, int]]) -> None:
    notes = [note(amendment, supply, f"C-{n}") for n, (amendment, supply) in enumerate(corrections)]
    for supply, number in ((100_000, "2026-11-00001"), (0, None)):
        made = issued(*notes, supply=supply, vat=supply // 10, number=number)
        assert sum(one.supply for one in made) == supply + sum(one.supply for one in notes)
        assert sum(one.vat for one in made) == supply // 10 + sum(one.vat for one in notes)
        assert len({one.number for one in made}) == len(made)


def test_the_data_holds_what_the_law_asks_for() -> None:
    (told,) = json.loads(as_json(issued()))
    assert told["supplier"]["number"] == "1238200003"
    assert told["receiver"]["number"] == "1248600015"
    assert (told["supply"], told["vat"], told["written_on"]) == (100_000, 10_000, "2026-11-30")
