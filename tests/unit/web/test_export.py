from __future__ import annotations

import pytest

from callcenter.web.export import csv_file, inert


@pytest.mark.parametrize("cell", ["=1+1", "+82", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert inert(cell) == "'" + cell


def test_numbers_and_plain_text_stay() -> None:
    assert (inert(-5), inert("공기청정기"), inert("")) == (-5, "공기청정기", "")


def test_a_spreadsheet_reads_hangul() -> None:
    answer = csv_file("calls.csv", ["기업"], [["=누림"]])
    assert bytes(answer.body) == "\ufeff기업\r\n'=누림\r\n".encode()
    assert answer.headers["content-disposition"] == 'attachment; filename="calls.csv"'
