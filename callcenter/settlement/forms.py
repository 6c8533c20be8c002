"""A shown statement in every form that leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from holidays import country_holidays

from billing import statement_forms, tax_invoice
from billing.tax_invoice import Amendment, Note
from billing.words import Language, Named, name_in
from callcenter.centre import Centre
from callcenter.settlement.parties import Parties
from callcenter.settlement.pdf import Sheet, statement_pdf
from callcenter.settlement.xlsx import statement_xlsx
from callcenter.statements import Shown
from callcenter.store.periods import PeriodError
from callcenter.store.settlement_models import CorrectionReason, PeriodState

_AMENDMENTS = {
    CorrectionReason.MISTAKE: Amendment.MISTAKE,
    CorrectionReason.SUPPLY_CHANGED: Amendment.SUPPLY_CHANGED,
    CorrectionReason.RETURNED: Amendment.RETURNED,
    CorrectionReason.CANCELLED: Amendment.CANCELLED,
    CorrectionReason.ISSUED_TWICE: Amendment.ISSUED_TWICE,
}
_HOLIDAYS = country_holidays("KR")
_ITEM = "공동 A/S센터 이용료 {month}"


class Form(StrEnum):
    """How a statement is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class _Gone:
    """A company that the centre does not know any more stands for itself."""

    name: str
    name_en: str


def named(centre: Centre, company: str) -> Named:
    """The company's names; its id, if the centre does not know it any more."""
    return next((one for one in centre.company if one.id == company), _Gone(company, company))


def written(shown: Shown, form: Form, *, company: Named, centre: Centre, language: Language) -> bytes:
    """The statement in this form. Raises `FontError`."""
    statement, usage, notes = shown.statement, shown.usage, _notes(shown, centre.zone)
    number = (shown.row.number or "") if shown.row and not shown.provisional else None
    match form:
        case Form.TEXT:
            return statement_forms.as_text(statement, usage, company, language, notes).encode()
        case Form.JSON:
            return statement_forms.as_json(statement, usage, notes).encode()
        case Form.CSV:
            return statement_forms.as_csv(statement, usage, language, notes).encode("utf-8-sig")
        case Form.XLSX:
            return statement_xlsx(
                statement, usage, company=name_in(language, company), number=number, language=language, notes=notes
            )
        case Form.PDF:
            sheet = Sheet(
                centre=name_in(language, centre),
                company=name_in(language, company),
                number=number,
                language=language,
                notes=notes,
            )
            return statement_pdf(statement, usage, sheet)


def tax_invoice_json(shown: Shown, parties: Parties, zone: ZoneInfo) -> str:
    """The electronic tax invoices of a closed statement and its notes.

    Raises `PeriodError` for one that is not closed or of zero won throughout, `PartyError`.
    """
    notes = _notes(shown, zone)
    if shown.row is None or shown.state is not PeriodState.CLOSED or not (shown.row.number or notes):
        raise PeriodError("no_invoice", "only a closed statement of more than zero won has a tax invoice")
    row = shown.row
    return tax_invoice.as_json(
        tax_invoice.tax_invoices(
            number=row.number,
            month=shown.statement.month,
            supply=row.supply,
            vat=row.vat,
            notes=notes,
            supplier=parties.supplier,
            receiver=parties.company(row.company),
            item=_ITEM.format(month=row.month),
            works=lambda day: day.weekday() < 5 and day not in _HOLIDAYS,
        )
    )


def _notes(shown: Shown, zone: ZoneInfo) -> list[Note]:
    """What corrects the statement, oldest first."""
    return [
        Note(
            number=one.number,
            amendment=_AMENDMENTS[one.reason],
            why=one.note,
            supply=one.supply,
            vat=one.vat,
            day=datetime.fromtimestamp(one.at / 1000, UTC).astimezone(zone).date(),
        )
        for one in shown.corrections
        # Before changes of nothing but shares had rows of their own, they were notes of zero won.
        if one.supply or one.vat
    ]
