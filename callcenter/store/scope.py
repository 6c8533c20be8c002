"""Whose rows may be seen. Every query on a company's rows starts here; `scripts/lint-tenants` proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true

from callcenter.store.aftermath_models import DestroyedRow, LowScoreRow, NoticeRow
from callcenter.store.campaign_models import (
    AttemptRow,
    CallerNumberRow,
    CampaignRow,
    ConsentRow,
    ContactRow,
    DoNotCallRow,
    FormRow,
    ImportRow,
    ResponseRow,
    ScrubbedRow,
    ScrubRow,
    SheetRow,
)
from callcenter.store.contract_models import (
    ApplicationRow,
    ContractDocumentRow,
    ContractEventRow,
    DataRequestRow,
    LetterRow,
    RightsChangeRow,
    ServiceFormulaRow,
)
from callcenter.store.models import CallRow, DiscrepancyRow, TicketEntryRow, TicketRow, UserRow
from callcenter.store.settlement_models import (
    AdjustmentRow,
    CorrectionRow,
    FaultRow,
    ShareChangeRow,
    StatementLineRow,
    StatementRow,
    UsageEntryRow,
)
from callcenter.store.work_models import CallbackRow, MessageRow

BillingRow = AdjustmentRow | CorrectionRow | FaultRow | ShareChangeRow | StatementLineRow | StatementRow | UsageEntryRow
ContractRow = (
    ApplicationRow
    | ContractDocumentRow
    | ContractEventRow
    | DataRequestRow
    | LetterRow
    | RightsChangeRow
    | ServiceFormulaRow
)
OutboundRow = (
    AttemptRow
    | CallerNumberRow
    | CampaignRow
    | ConsentRow
    | ContactRow
    | DestroyedRow
    | DoNotCallRow
    | FormRow
    | ImportRow
    | LowScoreRow
    | NoticeRow
    | ResponseRow
    | SheetRow
    | ScrubbedRow
    | ScrubRow
)
TenantRow = (
    CallRow
    | DiscrepancyRow
    | TicketRow
    | TicketEntryRow
    | UserRow
    | MessageRow
    | CallbackRow
    | ContractRow
    | BillingRow
    | OutboundRow
)


@dataclass(frozen=True, slots=True)
class OneCompany:
    """One company's rows and no others."""

    company: str

    def __post_init__(self) -> None:
        if not self.company:
            raise ValueError("a company's scope needs the company; the whole centre is WholeCentre()")


@dataclass(frozen=True, slots=True)
class WholeCentre:
    """All rows: for the centre's own people, never for a company."""


Scope = OneCompany | WholeCentre


def within(scope: Scope, table: type[TenantRow]) -> ColumnElement[bool]:
    """The condition that keeps a query of this table inside the scope."""
    match scope:
        case OneCompany(company):
            return table.company == company
        case WholeCentre():
            return true()


def select_within(scope: Scope, table: type[TenantRow], *columns: Any) -> Select[Any]:
    """A select of these columns (else the whole row) of this table, inside the scope."""
    return select(*(columns or (table,))).where(within(scope, table))
