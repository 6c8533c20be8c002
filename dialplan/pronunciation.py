"""Hangul as it is spoken: 입니다 → 임니다, 녹음됩니다 → 노금됨니다.

The synthetic voice reads syllables nearly as they are written; these are the rules of Korean standard pronunciation
(표준 발음법) that it lacks. Words whose sound no rule gives stand in `_BY_HEART`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_CODAS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_CLUSTERS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
#: What a final consonant sounds like before a pause or another consonant (8항–11항).
_FINAL = dict.fromkeys("ㄱㄲㅋㄳㄺ", "ㄱ") | dict.fromkeys("ㄷㅅㅆㅈㅊㅌㅎ", "ㄷ") | dict.fromkeys("ㅂㅍㅄㄿ", "ㅂ")
_FINAL |= {"ㄵ": "ㄴ", "ㄶ": "ㄴ", "ㄼ": "ㄹ", "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ", "ㄻ": "ㅁ"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
#: Nouns that end in 의 belonging to them; elsewhere a last 의 is the particle, said 에.
_NOUNS_IN_UI = ("문의", "주의", "동의", "회의", "합의", "유의", "예의", "강의", "거의", "논의", "협의", "임의", "편의")
_BY_HEART = (
    (r"십육", "심뉵"),
    (r"백육", "뱅뉵"),
    (r"(?<=[일칠팔])육", "륙"),
    (r"활용품", "활룡품"),
    (r"업용", "엄뇽"),
    (r"(열|여덟) 시(?![가-힣])", r"\1 씨"),
    (r"([가-힣])의(?=[가-힣])", r"\1이"),
    (r"(?<=할|을|실|릴|될|볼|쓸) 수(?= )", " 쑤"),
    (r"(?<=[릴할갈올볼])게요", "께요"),
)
_WORD = re.compile(r"[가-힣]+(?: [가-힣]+)*")


@dataclass(slots=True)
class _Syllable:
    onset: str
    vowel: str
    coda: str
    #: The first of a word that is not the first of its phrase.
    after_space: bool

    def __str__(self) -> str:
        place = (_ONSETS.index(self.onset) * 21 + _VOWELS.index(self.vowel)) * 28 + _CODAS.index(self.coda)
        return " " * self.after_space + chr(ord("가") + place)


def pronounced(text: str) -> str:
    """The text with its Hangul respelt as spoken; everything else stays. Words of one phrase influence each other."""
    text = re.sub(r"([가-힣]+)의(?![가-힣])", _particle, text)
    for written, spoken in _BY_HEART:
        text = re.sub(written, spoken, text)
    return _WORD.sub(lambda phrase: _phrase(phrase[0]), text)


def _particle(word: re.Match[str]) -> str:
    return word[0] if word[0].endswith(_NOUNS_IN_UI) else word[1] + "에"


def _phrase(phrase: str) -> str:
    syllables: list[_Syllable] = []
    after_space = False
    for character in phrase:
        if character == " ":
            after_space = True
            continue
        place = ord(character) - ord("가")
        syllables.append(_Syllable(_ONSETS[place // 588], _VOWELS[place % 588 // 28], _CODAS[place % 28], after_space))
        after_space = False
    for current, following in pairwise(syllables):
        _meet(current, following)
    for syllable in syllables:
        if syllable.onset != "ㅇ" and syllable.vowel == "ㅢ":
            syllable.vowel = "ㅣ"
    if syllables:
        syllables[-1].coda = _FINAL.get(syllables[-1].coda, syllables[-1].coda)
    return "".join(map(str, syllables))


def _meet(current: _Syllable, following: _Syllable) -> None:
    """Change a final consonant and the consonant after it as each makes the other sound."""
    if following.onset == "ㅎ" and (coda := current.coda) and coda not in "ㄴㄹㅁㅇ":
        _breathe(current, following)
    elif current.coda in ("ㅎ", "ㄶ", "ㅀ"):
        _lose_breath(current, following)
    if following.onset == "ㅇ":
        _carry_over(current, following)
    else:
        _assimilate(current, following)


def _breathe(current: _Syllable, following: _Syllable) -> None:
    """A stop and ㅎ become one aspirate (12항): 못하다 → 모타다; 굳히다 → 구치다 (17항)."""
    first, last = _parts(current.coda)
    stop = "ㅈ" if last == "ㅈ" else _FINAL.get(last, last)
    if following.after_space:
        first, stop = "", _FINAL.get(current.coda, current.coda)
    if stop in _ASPIRATED:
        palatal = last in "ㄷㅌ" and following.vowel == "ㅣ" and not following.after_space
        following.onset = "ㅊ" if palatal else _ASPIRATED[stop]
        current.coda = first


def _lose_breath(current: _Syllable, following: _Syllable) -> None:
    """ㅎ at the end passes its breath on or is silent (12항)."""
    rest = _parts(current.coda)[0]
    if following.onset in _ASPIRATED and following.onset != "ㅂ":
        current.coda, following.onset = rest, _ASPIRATED[following.onset]
    elif following.onset == "ㅅ":
        current.coda, following.onset = rest, "ㅆ"
    elif following.onset == "ㅇ":
        current.coda = rest


def _carry_over(current: _Syllable, following: _Syllable) -> None:
    """A final consonant is said with the vowel after it (13항, 14항); a word's end as at a pause (15항)."""
    if following.after_space:
        current.coda = _FINAL.get(current.coda, current.coda)
        return
    first, last = _parts(current.coda)
    if last in ("", "ㅇ"):
        return
    if following.vowel == "ㅣ" and last in "ㄷㅌ":
        last = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[last]
    if first and last == "ㅅ":
        last = "ㅆ"
    current.coda, following.onset = first, last


def _assimilate(current: _Syllable, following: _Syllable) -> None:
    """Tensing (23항), nasals (18항, 19항) and ㄹ (20항)."""
    if current.coda in ("ㄵ", "ㄾ"):
        following.onset = _TENSE.get(following.onset, following.onset)
    coda = current.coda = _FINAL.get(current.coda, current.coda)
    if following.onset in "ㄴㄹ" and following.after_space and coda not in _NASAL:
        return  # between words a careful speaker keeps 를 눌러 apart
    if coda in _NASAL:
        if following.onset == "ㄹ":
            following.onset = "ㄴ"
        if following.onset in "ㄴㅁ":
            current.coda = _NASAL[coda]
        following.onset = _TENSE.get(following.onset, following.onset)
    elif coda in ("ㅁ", "ㅇ") and following.onset == "ㄹ":
        following.onset = "ㄴ"
    elif (coda, following.onset) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        current.coda = following.onset = "ㄹ"


def _parts(coda: str) -> tuple[str, str]:
    """What stays and what may move on: ㄺ → ㄹ, ㄱ; a single consonant moves as a whole."""
    cluster = _CLUSTERS.get(coda)
    return (cluster[0], cluster[1]) if cluster else ("", coda)
