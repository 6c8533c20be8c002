"""What of a centre's description comes into Asterisk's configuration."""

from __future__ import annotations

import pytest

from dialplan.render import shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("(주)가나: 다, 라", "(주)가나: 다, 라"),
        ('가나; "최고" \\ 다라', "가나 최고 다라"),
        ("가나 ${EXTEN} $[1 + 1]", "가나 {EXTEN} [1 + 1]"),
        (" 가나\n다라 ", "가나 다라"),
        ("가(나)(다)", "가(나)(다)"),
        ("가나) 다라(", "가나 다라"),
        ("(가나", "가나"),
        ("가" * 25, "가" * 20),
        ("x" + "가" * 25, "x" + "가" * 19),
    ],
)
def test_a_companys_name_begins_no_comment_no_variable_and_no_line(name: str, shown: str) -> None:
    assert shown_name(name) == shown
