"""Files of contacts: encodings, headings, rubbish, length."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.campaigns.columns import Contact, Field, guess
from callcenter.campaigns.consent import Matter
from callcenter.campaigns.intake import BadRow, Tally, take_in
from callcenter.campaigns.sheets import SheetError, SheetFault, read_sheet

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HEADING = ("이름", "휴대폰", "마케팅 활용 동의", "동의일", "동의 증빙", "지역", "등급")
GOOD = ("김하나", "010-2222-3333", "Y", "2026-01-05", "가입서 12", "서울", "A")


def read(*rows: tuple[str, ...], known: set[str] | None = None) -> tuple[list[Contact], list[BadRow], Tally]:
    tally = Tally()
    known = set() if known is None else known
    found = list(take_in(rows, HEADING, guess(HEADING), zone=SEOUL, now=NOW, known=known, tally=tally))
    good, bad = [f for f in found if isinstance(f, Contact)], [f for f in found if isinstance(f, BadRow)]
    assert (tally.good, tally.bad) == (len(good), len(bad))
    return good, bad, tally


def changed(**cells: str) -> tuple[str, ...]:
    columns = {"name": 0, "number": 1, "marketing": 2, "day": 3, "proof": 4}
    row = list(GOOD)
    for name, cell in cells.items():
        row[columns[name]] = cell
    return tuple(row)


def test_headings_say_what_columns_hold() -> None:
    assert guess(HEADING) == {
        0: Field.NAME,
        1: Field.NUMBER,
        2: Field.MARKETING,
        3: Field.CONSENT_AT,
        4: Field.PROOF,
        5: Field.SEGMENT,
    }
    assert guess(("Phone", "Phone 2", "Consent Date")) == {0: Field.NUMBER, 2: Field.CONSENT_AT}


def test_a_good_row_gives_a_contact_with_its_consent() -> None:
    (contact,), _, _ = read(GOOD)
    assert (contact.number, contact.name, contact.segment) == ("01022223333", "김하나", "서울")
    assert contact.more == {"등급": "A"}
    (entry,) = contact.consents
    assert (entry.matter, entry.proof) == (Matter.MARKETING, "가입서 12")
    assert entry.at == datetime(2026, 1, 5, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (changed(number=""), "empty"),
        (changed(number="010-123-4567"), "too_short"),
        (changed(number="1588-0000"), "not_a_person"),
        (changed(marketing="아마"), "bad_consent"),
        (changed(day="2026-02-30"), "bad_consent"),
        (changed(day=""), "no_consent_day"),
        (changed(day="2027-01-01"), "no_consent_day"),
        (changed(proof=""), "no_proof"),
        ((*GOOD, "zu viel"), "ragged"),
        (GOOD[:3], "ragged"),
        (changed(name="x" * 5000), "too_wide"),
    ],
)
def test_a_bad_row_comes_back_as_it_was_with_its_line_and_reason(row: tuple[str, ...], fault: str) -> None:
    good, bad, _ = read(row, GOOD)
    assert bad == [BadRow(2, row, fault)]
    assert len(good) == 1


def test_who_agreed_to_nothing_is_a_contact_without_consent() -> None:
    (contact,), _, _ = read(changed(marketing="N", day="", proof=""))
    assert contact.consents == ()


def test_the_same_number_counts_once_however_it_is_written() -> None:
    good, bad, _ = read(GOOD, changed(number="+82 10 2222 3333"), known={"01099998888"})
    assert (len(good), [b.fault for b in bad]) == (1, ["duplicate"])
    good, bad, _ = read(GOOD, known={"01022223333"})
    assert (len(good), [b.fault for b in bad]) == (0, ["duplicate"])
    bad_then_good = read(changed(proof=""), GOOD)
    assert len(bad_then_good[0]) == 1


def test_progress_is_told_and_empty_rows_are_nothing() -> None:
    told: list[int] = []
    rows = [changed(number=f"010{n:08d}") for n in range(10_001)] + [("", " ", "", "", "", "", "")]
    list(
        take_in(
            rows, HEADING, guess(HEADING), zone=SEOUL, now=NOW, known=set(), tally=Tally(),
            progress=lambda tally: told.append(tally.rows),
        )
    )  # fmt: skip
    assert told == [5_000, 10_000, 10_001]


@given(st.lists(st.lists(st.text(max_size=12), max_size=8).map(tuple), max_size=20))
def test_every_row_is_good_bad_or_empty(rows: list[tuple[str, ...]]) -> None:
    good, bad, tally = read(*rows)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(good) + len(bad) == tally.rows == len(filled)


def text(*rows: tuple[str, ...]) -> str:
    return "".join(",".join(row) + "\r\n" for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_a_csv_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "contacts.csv"
    file.write_bytes(text(HEADING, GOOD).encode(encoding))
    assert list(read_sheet(file)) == [HEADING, GOOD]


def test_a_csv_may_be_separated_by_tabs_or_semicolons(tmp_path: Path) -> None:
    for sign in "\t;":
        file = tmp_path / "contacts.csv"
        file.write_text(sign.join(HEADING) + "\n" + sign.join(GOOD) + "\n", encoding="utf-8")
        assert list(read_sheet(file)) == [HEADING, GOOD]


def test_a_sheet_gives_numbers_and_days_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADING)
    sheet.append(("김하나", 1022223333, "Y", datetime(2026, 1, 5), "가입서 12", "서울", None))  # noqa: DTZ001
    sheet.append(("이두리", 1022224444.0))
    book.save(tmp_path / "contacts.xlsx")
    heading, *rows = read_sheet(tmp_path / "contacts.xlsx")
    assert heading == HEADING
    good, bad, _ = read(*rows)
    assert [contact.number for contact in good] == ["01022223333", "01022224444"]
    assert good[0].consents[0].at == datetime(2026, 1, 5, tzinfo=SEOUL)
    assert bad == []


def test_a_file_that_is_no_table_is_refused_with_the_reason(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    whole = io.BytesIO()
    book.save(whole)
    for content, fault in (
        (b"", SheetFault.EMPTY),
        (b" \n", SheetFault.EMPTY),
        (b"name,\x81\x20\xff\xff", SheetFault.ENCODING),
        (b"\xd0\xcf\x11\xe0" + bytes(600), SheetFault.FORMAT),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), SheetFault.ENCRYPTED),
        (whole.getvalue()[:1200], SheetFault.FORMAT),
        (b"PK\x03\x04 something else", SheetFault.FORMAT),
    ):
        file = tmp_path / "contacts"
        file.write_bytes(content)
        with pytest.raises(SheetError) as error:
            list(read_sheet(file))
        assert error.value.fault is fault, content
