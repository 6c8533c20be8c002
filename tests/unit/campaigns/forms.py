"""Forms to test with."""

from __future__ import annotations

from callcenter.campaigns.form import Form, read_form

HEAD = """
[title]
ko = "만족도 조사"
en = "Satisfaction survey"
[opening]
ko = "안녕하세요."
en = "Hello."
[thanks]
ko = "고맙습니다."
en = "Thank you."
"""

SURVEY = (
    HEAD
    + """
[[question]]
id = "overall"
kind = "scale"
measure = "csat"
alarm_at = 2
ko = "만족도를 눌러 주세요."
en = "Press your satisfaction."
branch = [{ at_most = 2, go = "why" }]

[[question]]
id = "recommend"
kind = "scale"
low = 0
high = 10
measure = "nps"
ko = "추천하시겠습니까?"
en = "Would you recommend us?"
next = "which"

[[question]]
id = "why"
kind = "open"
required = false
ko = "무엇이 불편하셨습니까?"
en = "What was wrong?"

[[question]]
id = "which"
kind = "multiple"
required = false
ko = "쓰시는 제품을 모두 고르세요."
en = "Choose all you use."
choices = [{ key = "1", ko = "믹서", en = "Mixer" }, { key = "2", ko = "밥솥", en = "Rice cooker" }]

[[question]]
id = "again"
kind = "yes_no"
ko = "다시 사시겠습니까?"
en = "Would you buy again?"
"""
)


def question(id: str, more: str = "", kind: str = "yes_no") -> str:
    return f'\n[[question]]\nid = "{id}"\nkind = "{kind}"\nko = "질문"\nen = "Question"\n{more}\n'


def form(*questions: str) -> Form:
    return read_form(HEAD + "".join(questions))
