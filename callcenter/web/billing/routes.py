"""The month of a billing clerk, each company's statement, and the comparison that anybody may open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from redis import Redis
from rq.job import Job, JobStatus

from billing.comparison import compare
from billing.month import Month
from billing.payers import ShareReport
from billing.payers import as_csv as payers_as_csv
from billing.words import Language
from callcenter.jobs import settlement
from callcenter.settlement import forms
from callcenter.settlement.parties import PartyError, load_parties
from callcenter.settlement.shares import payers_report
from callcenter.statements import unattributed_calls
from callcenter.store.applications import Applications
from callcenter.store.models import Role
from callcenter.store.periods import PeriodError
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.settlement_models import CorrectionReason, FaultRow, PeriodState
from callcenter.store.statements import Statements
from callcenter.typeface import FontError
from callcenter.web.billing.books import change
from callcenter.web.billing.plot import plot
from callcenter.web.billing.so_far import SoFar, forget, so_far
from callcenter.web.errors import Refused
from callcenter.web.guard import allow, visitor
from callcenter.web.months import chosen_month, offered_months, statement_of, tariff_of, this_month
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Clerk = Annotated[Person, Depends(allow(Role.BILLING, Role.ADMIN))]

#: The calculator's largest question; the plot stays readable.
MOST_CALLS_A_DAY = 5_000
_MEDIA = {
    forms.Form.TEXT: "text/plain; charset=utf-8",
    forms.Form.JSON: "application/json",
    forms.Form.CSV: "text/csv; charset=utf-8",
    forms.Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    forms.Form.PDF: "application/pdf",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Working:
    """What the workers do for the month."""

    #: A job is queued or runs.
    under_way: bool
    failed: bool


@router.get("/billing")
async def billing(request: Request, services: Uses, _: Clerk, month: str = "") -> Response:
    """The month over all companies: how far it is, what it comes to."""
    chosen = chosen_month(services, month)
    async with services.sessions() as session:
        books = Statements(session, WholeCentre())
        # The period first: a worker may settle the month between two reads, and sums of before must not look final.
        period = await books.period(chosen)
        statements = {row.company: row for row in await books.of_month(chosen)}
        charged = await Applications(session, WholeCentre()).charged(chosen)
        nobodys = await unattributed_calls(Records(session, WholeCentre()), month=chosen, zone=services.centre.zone)
        return render(
            request,
            "billing/templates/billing.html",
            month=chosen,
            months=offered_months(services),
            over=chosen < this_month(services),
            period=period,
            statements=statements,
            corrected=await books.corrected(chosen),
            uncharged=[company for company, row in statements.items() if row.total and company not in charged],
            faults=_by_company(await books.faults(chosen)),
            unattributed=len(nobodys),
            working=await asyncio.to_thread(_working, services, chosen),
            began=chosen <= this_month(services),
        )


@router.get("/billing/{month}/so-far")
async def month_so_far(request: Request, services: Uses, _: Clerk, month: str) -> Response:
    """What an open month would come to if it were closed now; a part of its page that may take a while."""
    chosen = chosen_month(services, month)
    tariff = tariff_of(services, chosen)
    found = await so_far(services, chosen, tariff)
    async with services.sessions() as session:
        report = await payers_report(Statements(session, WholeCentre()), chosen, tariff, found.told)
    return render(request, "billing/templates/so_far.html", month=chosen, found=found, report=report)


def _by_company(faults: Sequence[FaultRow]) -> list[tuple[str, str, list[str]]]:
    """Company, why, and the calls."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in faults:
        found.setdefault((one.company, one.why), []).append(one.call)
    return [(company, why, calls) for (company, why), calls in found.items()]


@router.post("/billing/{month}/{what}")
async def work(services: Uses, person: Clerk, month: str, what: str) -> Response:
    """Have the month settled or closed by a worker, or take it out of review."""
    chosen = chosen_month(services, month)
    match what:
        case "settle" | "close":
            if chosen >= this_month(services):
                raise Refused(409, "period_not_over")
            await asyncio.to_thread(_enqueue, services, what, chosen, person.login)
        case "reopen":
            await change(services, person, lambda books, actor: books.reopen(chosen, actor))
            await forget(services, chosen)
        case _:
            raise Refused(404, "not_found")
    return RedirectResponse(f"/billing?month={chosen}", status_code=303)


@router.get("/billing/{month}/payers")
async def payers(request: Request, services: Uses, _: Clerk, month: str) -> Response:
    """What each payer owes for the month over all companies; of an open month what it comes to so far."""
    chosen = chosen_month(services, month)
    report, found = await _payers(services, chosen)
    return render(request, "billing/templates/payers.html", month=chosen, report=report, found=found)


@router.get("/billing/{month}/payers.csv")
async def payers_file(request: Request, services: Uses, _: Clerk, month: str) -> Response:
    """The same for a spreadsheet."""
    chosen = chosen_month(services, month)
    report, found = await _payers(services, chosen)
    name = f"payers-{chosen}{'-provisional' if found else ''}.csv"
    return Response(
        payers_as_csv(report, Language(language_of(request)), provisional=found is not None).encode("utf-8-sig"),
        media_type=_MEDIA[forms.Form.CSV],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/billing/{month}/{company}/tax-invoice.json")
async def tax_invoice(services: Uses, _: Clerk, month: str, company: str) -> Response:
    """The electronic tax invoices of a closed statement and its notes, for the provider that issues them."""
    shown = await statement_of(services, company, chosen_month(services, month))
    try:
        parties = load_parties(services.settings.centre)
        text = forms.tax_invoice_json(shown, parties, services.centre.zone)
    except PartyError as error:
        raise Refused(409, "party", why=str(error)) from error
    except PeriodError as error:
        raise Refused(409, "period_no_invoice") from error
    name = f"tax-invoice-{company}-{month}.json"
    return Response(
        text, media_type="application/json", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@router.get("/billing/{month}/{company}")
async def one(request: Request, services: Uses, _: Clerk, month: str, company: str, line: str = "") -> Response:
    """A company's statement; a line of it opened to its calls."""
    chosen = chosen_month(services, month)
    shown = await statement_of(services, company, chosen)
    return render(
        request,
        "billing/templates/company.html",
        company=company,
        month=chosen,
        shown=shown,
        line=line,
        address=f"/billing/{chosen}/{company}",
    )


@router.get("/billing/{month}/{company}/statement.{form}")
async def as_file(request: Request, services: Uses, _: Clerk, month: str, company: str, form: forms.Form) -> Response:
    """The statement to keep or to send."""
    return await statement_file(request, services, company, month, form)


@router.post("/billing/{month}/{company}/adjust")
async def adjust(
    services: Uses,
    person: Clerk,
    month: str,
    company: str,
    amount: Annotated[int, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """Add to a statement of an open month, or take off it."""
    chosen = chosen_month(services, month)
    await change(services, person, lambda books, actor: books.adjust(company, chosen, amount, reason, actor))
    await forget(services, chosen)
    return RedirectResponse(f"/billing/{chosen}/{company}", status_code=303)


@router.post("/billing/{month}/{company}/correct")
async def correct(
    services: Uses,
    person: Clerk,
    month: str,
    company: str,
    supply: Annotated[int, Form()],
    reason: Annotated[CorrectionReason, Form()],
    note: Annotated[str, Form()],
    vat: Annotated[int, Form()] = 0,
) -> Response:
    """Correct a closed statement by a note."""
    chosen = chosen_month(services, month)
    await change(
        services,
        person,
        lambda books, actor: books.correct(
            company, chosen, reason=reason, supply=supply, vat=vat, note=note, actor=actor
        ),
    )
    return RedirectResponse(f"/billing/{chosen}/{company}", status_code=303)


@router.post("/billing/{month}/{company}/cancel")
async def cancel(
    services: Uses,
    person: Clerk,
    month: str,
    company: str,
    reason: Annotated[CorrectionReason, Form()],
    note: Annotated[str, Form()],
) -> Response:
    """Take a closed statement off the company and off every other payer."""
    chosen = chosen_month(services, month)
    await change(
        services,
        person,
        lambda books, actor: books.cancel(company, chosen, reason=reason, note=note, actor=actor),
    )
    return RedirectResponse(f"/billing/{chosen}/{company}", status_code=303)


async def statement_file(
    request: Request, services: Services, company: str, month: str, form: forms.Form = forms.Form.CSV
) -> Response:
    """A statement as a file, with the calls behind each line. Raises `Refused`."""
    shown = await statement_of(services, company, chosen_month(services, month))
    if shown.row is None and all(one.id != company for one in services.centre.company):
        raise Refused(404, "not_found")
    try:
        content = forms.written(
            shown,
            form,
            company=forms.named(services.centre, company),
            centre=services.centre,
            language=Language(language_of(request)),
        )
    except FontError as error:
        raise Refused(503, "typeface") from error
    name = f"statement-{company}-{shown.statement.month}.{form}"
    return Response(content, media_type=_MEDIA[form], headers={"content-disposition": f'attachment; filename="{name}"'})


@router.get("/compare")
async def comparison(
    request: Request,
    services: Uses,
    _: Annotated[Person | None, Depends(visitor)],
    calls: Annotated[int, Query(ge=1, le=MOST_CALLS_A_DAY)] = 100,
) -> Response:
    """What a year costs with a private centre and in the joint one."""
    tariff = tariff_of(services, this_month(services))
    return render(
        request,
        "billing/templates/compare.html",
        found=compare(tariff, calls),
        most=MOST_CALLS_A_DAY,
        plot=plot(tariff, calls),
    )


async def _payers(services: Services, month: Month) -> tuple[ShareReport, SoFar | None]:
    """The report, and the look that it stands on while the month has no statements."""
    tariff = tariff_of(services, month)
    async with services.sessions() as session:
        period = await Statements(session, WholeCentre()).period(month)
    is_open = (period is None or period.state is PeriodState.OPEN) and month <= this_month(services)
    found = await so_far(services, month, tariff) if is_open else None
    async with services.sessions() as session:
        books = Statements(session, WholeCentre())
        return await payers_report(books, month, tariff, found.told if found else ()), found


def _redis(services: Services) -> Redis:
    return Redis.from_url(services.settings.redis_url, socket_timeout=2, socket_connect_timeout=2)


def _enqueue(services: Services, what: str, month: Month, by: str) -> None:
    with _redis(services) as redis:
        settlement.enqueue(redis, what, month, by)


def _working(services: Services, month: Month) -> Working:
    with _redis(services) as redis:
        jobs: list[Job] = [job for what in ("settle", "close") if (job := settlement.job_of(redis, what, month))]
        states = [job.get_status() for job in jobs]
    return Working(
        under_way=any(state in settlement.UNDER_WAY for state in states),
        failed=any(state is JobStatus.FAILED for state in states),
    )
