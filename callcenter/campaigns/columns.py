"""Which column of a file says what, and what one row of it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.telephone import Fault, NumberError, number_of_a_person


class Field(StrEnum):
    """What a column may hold. Any other column is kept with the contact under its own heading."""

    NUMBER = "number"
    NAME = "name"
    #: ko or en.
    LANGUAGE = "language"
    #: By which results and quotas are split.
    SEGMENT = "segment"
    #: When the consent to marketing, to advertising, to night calls was given; "Y" takes the day of `CONSENT_AT`.
    MARKETING = "marketing"
    ADVERTISING = "advertising"
    NIGHT = "night"
    CONSENT_AT = "consent_at"
    PROOF = "proof"
    PRODUCT = "product"


_HEADINGS: Mapping[Field, tuple[str, ...]] = {
    Field.NUMBER: (
        "전화번호",
        "휴대폰",
        "휴대폰번호",
        "휴대전화",
        "휴대전화번호",
        "핸드폰",
        "핸드폰번호",
        "고객전화번호",
        "연락처",
        "phone",
        "phonenumber",
        "mobile",
        "mobilenumber",
        "tel",
        "telephone",
        "number",
    ),
    Field.NAME: ("이름", "성명", "성함", "고객명", "고객이름", "name", "customer", "customername"),
    Field.LANGUAGE: ("언어", "language"),
    Field.SEGMENT: ("구분", "세그먼트", "지역", "segment", "group"),
    Field.MARKETING: ("마케팅동의", "마케팅활용동의", "마케팅정보활용동의", "marketing", "marketingconsent"),
    Field.ADVERTISING: ("광고동의", "광고수신동의", "광고성정보수신동의", "advertising", "advertisingconsent"),
    Field.NIGHT: ("야간동의", "야간수신동의", "야간광고수신동의", "night", "nightconsent"),
    Field.CONSENT_AT: ("동의일", "동의일자", "동의일시", "consentdate", "consentat"),
    Field.PROOF: ("증빙", "동의증빙", "동의경로", "proof", "consentproof"),
    Field.PRODUCT: ("제품", "제품명", "구매제품", "모델", "모델명", "product", "productname", "model"),
}
_MATTERS = {Field.MARKETING: Matter.MARKETING, Field.ADVERTISING: Matter.ADVERTISING, Field.NIGHT: Matter.NIGHT}
_YES = frozenset({"y", "yes", "o", "ok", "true", "1", "예", "네", "동의", "동의함"})
_NO = frozenset({"", "n", "no", "x", "false", "0", "아니오", "미동의", "거부", "-"})
_DAY = re.compile(
    r"(\d{4})[-./년]\s*(\d{1,2})[-./월]\s*(\d{1,2})일?\.?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?$"
)


class RowFault(StrEnum):
    """Why a row gives no contact, the number's own faults aside."""

    #: The same number stands further up, or is in the campaign already.
    DUPLICATE = "duplicate"
    #: Neither a yes, a no, nor a day.
    BAD_CONSENT = "bad_consent"
    #: A consent without a day, or with a day to come.
    NO_CONSENT_DAY = "no_consent_day"
    NO_PROOF = "no_proof"
    #: More or fewer cells than the heading.
    RAGGED = "ragged"
    #: A cell of thousands of characters: a quotation mark was left open.
    TOO_WIDE = "too_wide"


class RowError(ValueError):
    """The row gives no contact; `fault` says why."""

    def __init__(self, fault: RowFault | Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person to call, as a row told."""

    number: str
    name: str = ""
    language: str = "ko"
    segment: str = ""
    product: str = ""
    consents: tuple[Entry, ...] = ()
    #: The columns with no meaning of their own.
    more: Mapping[str, str]


def guess(heading: Sequence[str]) -> dict[int, Field]:
    """Columns whose headings say what they hold; the first of a kind counts."""
    found: dict[int, Field] = {}
    for field, names in _HEADINGS.items():
        for column, title in enumerate(heading):
            if re.sub(r"[\s_\-()]", "", title).casefold() in names and column not in found:
                found[column] = field
                break
    return found


#: A cell longer than this is no cell.
_WIDEST = 2000


def read_row(
    cells: Sequence[str], heading: Sequence[str], columns: Mapping[int, Field], zone: tzinfo, now: datetime
) -> Contact:
    """The contact that a row gives. Raises `RowError`: the first fault of the row."""
    if any(len(cell) > _WIDEST for cell in cells):
        raise RowError(RowFault.TOO_WIDE)
    if len(cells) != len(heading):
        raise RowError(RowFault.RAGGED)
    told = {field: cells[column].strip() for column, field in columns.items()}
    try:
        number = number_of_a_person(told.get(Field.NUMBER, "")).digits
    except NumberError as error:
        raise RowError(error.fault) from error
    language = told.get(Field.LANGUAGE, "").casefold()
    return Contact(
        number=number,
        name=told.get(Field.NAME, ""),
        language="en" if language.startswith(("en", "영")) else "ko",
        segment=told.get(Field.SEGMENT, ""),
        product=told.get(Field.PRODUCT, ""),
        consents=tuple(_consents(told, zone, now)),
        more={
            title: cell.strip() for i, (title, cell) in enumerate(zip(heading, cells, strict=True)) if i not in columns
        },
    )


def _consents(told: Mapping[Field, str], zone: tzinfo, now: datetime) -> list[Entry]:
    entries = []
    for field, matter in _MATTERS.items():
        said = told.get(field, "")
        if said.casefold() in _NO:
            continue
        day = said if said.casefold() not in _YES else told.get(Field.CONSENT_AT, "")
        if not day:
            raise RowError(RowFault.NO_CONSENT_DAY)
        at = _moment(day, zone)
        if at > now:
            raise RowError(RowFault.NO_CONSENT_DAY)
        proof = told.get(Field.PROOF, "")
        if not proof:
            raise RowError(RowFault.NO_PROOF)
        entries.append(Entry(matter=matter, act=Act.GIVEN, at=at, proof=proof))
    return entries


def _moment(text: str, zone: tzinfo) -> datetime:
    found = _DAY.match(text)
    if found is None:
        raise RowError(RowFault.BAD_CONSENT)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except ValueError as error:
        raise RowError(RowFault.BAD_CONSENT) from error
