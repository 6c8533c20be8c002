"""The day's staff plan, and the time for which peak-time agents are paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from redis.exceptions import RedisError

from billing.month import Month
from callcenter.call_up.report import last
from callcenter.staffing import paid as paid_time
from callcenter.staffing import plan_forms
from callcenter.staffing.paid import PaidDay
from callcenter.staffing.plan import Plan
from callcenter.staffing.read_paid import read_paid
from callcenter.staffing.read_plan import read_plan
from callcenter.store.models import Role
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.guard import allow
from callcenter.web.months import chosen_month, offered_months
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from callcenter.web.supervisor.staff_plot import plot
from routing.roster import QUARTER_MIN

router = APIRouter(prefix="/staff", include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]
Day = Annotated[str, Query(alias="date", max_length=10)]


async def _plan(services: Services, written: str) -> Plan:
    now = datetime.now(UTC)
    try:
        day = date.fromisoformat(written) if written else now.astimezone(services.centre.zone).date()
    except ValueError as error:
        raise Refused(422, "date") from error
    if not 2000 <= day.year < 2100:
        raise Refused(422, "date")
    async with services.sessions() as session:
        return await read_plan(session, services.centre, day, now)


@router.get("")
async def staff_plan(
    request: Request, services: Uses, _: Supervisor, day: Day = "", pool: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """The plan of a day; `pool` is the number of the pool that is shown whole."""
    plan = await _plan(services, day)
    planned = [one for one in plan.pools if one.busy]
    chosen = planned[min(pool, len(planned) - 1)] if planned else None
    language = language_of(request)
    try:
        call_up = await last(services.redis)
    except (RedisError, OSError):
        call_up = None
    hours: list[int] = []
    if chosen:
        hours = sorted({need.start_minute // 60 for need in chosen.busy})
    return render(
        request,
        "supervisor/templates/staff.html",
        plan=plan,
        call_up=call_up,
        planned=planned,
        chosen=chosen,
        expected=chosen.expected if chosen else (),
        plot=plot(chosen) if chosen else None,
        hours=hours,
        by_hour={
            group: [sum(calls[hour * 4 : hour * 4 + 4]) for hour in hours]
            for group, calls in (chosen.calls if chosen else {}).items()
        },
        remarks=plan_forms.remarks(plan, language),
        suggestions=[plan_forms.suggestions(one, language) for one in planned],
        basis=plan_forms.basis(chosen, language) if chosen else "",
        time_of=plan_forms.clock,
        quarter_min=QUARTER_MIN,
        before=plan.day - timedelta(days=1),
        after=plan.day + timedelta(days=1),
        over=plan.day <= datetime.now(UTC).astimezone(services.centre.zone).date(),
    )


@router.get("/plan.csv")
async def plan_file(services: Uses, _: Supervisor, day: Day = "") -> Response:
    """The plan for a spreadsheet."""
    plan = await _plan(services, day)
    return csv_file(f"staff-{plan.day}.csv", plan_forms.COLUMNS, plan_forms.as_rows(plan))


async def _paid(services: Services, month: Month) -> list[PaidDay]:
    async with services.sessions() as session:
        return await read_paid(session, services.centre, date(month.year, month.number, 1))


@router.get("/paid")
async def paid(request: Request, services: Uses, _: Supervisor, month: str = "") -> Response:
    """Peak-time agents' paid minutes by day and agent."""
    chosen = chosen_month(services, month)
    days = await _paid(services, chosen)
    sums: dict[str, int] = {}
    for one in days:
        sums[one.agent] = sums.get(one.agent, 0) + one.minutes
    return render(
        request,
        "supervisor/templates/paid.html",
        month=chosen,
        months=offered_months(services),
        days=days,
        sums=sums,
    )


@router.get("/paid.csv")
async def paid_file(services: Uses, _: Supervisor, month: str = "") -> Response:
    """The same for a spreadsheet."""
    chosen = chosen_month(services, month)
    return csv_file(f"peak-{chosen}.csv", paid_time.COLUMNS, paid_time.as_rows(await _paid(services, chosen)))
