from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.pronunciation import pronounced

#: Examples of the standard (표준 발음법) and words of our own prompts.
_WORDS = """
입니다 임니다, 녹음됩니다 노금됨니다, 같습니다 갇씀니다, 않습니다 안씀니다, 읽습니다 익씀니다, 있습니다 읻씀니다,
독립 동닙, 십리 심니, 국물 궁물, 신라 실라, 관련 괄련, 종료 종뇨, 연락처 열락처, 뚫는 뚤른, 없는 엄는, 놓는 논는,
값이 갑씨, 값 갑, 꽃 꼳, 옷이 오시, 앉으세요 안즈세요, 넓은 널븐, 좋은 조은, 싫어 시러, 강아지 강아지,
굳이 구지, 같이 가치, 굳히다 구치다, 닫혀 다텨, 밟히다 발피다,
못하다 모타다, 좋고 조코, 많다 만타, 학교 학꾜, 앉고 안꼬, 접수 접쑤,
희망 히망, 문의하실 무니하실, 주의 주의, 고객님의 고갱니메, 십육 심뉵, 산업용 사넘뇽, 생활용품 생활룡품
"""
_EXAMPLES = [tuple(pair.split()) for pair in _WORDS.replace("\n", " ").split(",")]


@pytest.mark.parametrize(("written", "spoken"), _EXAMPLES, ids=[written for written, _ in _EXAMPLES])
def test_words_sound_as_the_standard_says(written: str, spoken: str) -> None:
    assert pronounced(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("몇 년", "면 년"),
        ("다섯 명", "다선 명"),
        ("열 시", "열 씨"),
        ("못 합니다", "모 탐니다"),
        ("옷 안", "옫 안"),
        ("번호를 눌러", "번호를 눌러"),
        ("끝. 안녕", "끋. 안녕"),
        ("For English, 별표", "For English, 별표"),
    ],
)
def test_words_of_one_phrase_meet_and_others_do_not(written: str, spoken: str) -> None:
    assert pronounced(written) == spoken


@given(st.text(st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.sampled_from(" .,a1"))))
def test_no_syllable_is_won_or_lost(text: str) -> None:
    spoken = pronounced(text)
    assert len(spoken) == len(text)
    assert re.sub("[가-힣]", "", spoken) == re.sub("[가-힣]", "", text)
