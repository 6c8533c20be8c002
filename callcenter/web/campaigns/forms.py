"""Survey forms: the list, the editor with its warnings and the estimated length, versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from callcenter.campaigns.form import Form as SurveyForm
from callcenter.campaigns.form import FormError, read_form
from callcenter.campaigns.form_check import MOST_S, Finding, Flaw, check, longest_s
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import to_ms
from callcenter.web.campaigns.common import Operator, Uses, known_company, local_now
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.scoping import scope_of

router = APIRouter(prefix="/campaigns/forms", include_in_schema=False)

_EXAMPLES = Path(__file__).parents[2] / "example" / "forms"
Text = Annotated[str, Form(min_length=1, max_length=60_000)]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the editor says about a text."""

    form: SurveyForm | None
    #: Why it is no form, a line each.
    errors: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    #: None where a loop makes it endless.
    seconds: int | None = None

    @property
    def usable(self) -> bool:
        """Whether it may be saved."""
        return self.form is not None and not any(finding.fatal for finding in self.findings)


def judge(text: str) -> Judged:
    """Read and check a form's text."""
    try:
        form = read_form(text)
    except FormError as error:
        return Judged(None, tuple(str(error).splitlines()))
    findings = tuple(check(form))
    endless = any(finding.flaw is Flaw.LOOP for finding in findings)
    return Judged(form, (), findings, None if endless else longest_s(form))


@router.get("")
async def forms(request: Request, services: Uses, person: Operator) -> Response:
    """The last version of each."""
    async with services.sessions() as session:
        found = await Campaigns(session, scope_of(person)).forms()
    return render(request, "campaigns/templates/forms.html", forms=found)


@router.get("/new")
async def new(request: Request, _: Operator, example: str = "happy-call") -> Response:
    """An example to begin with."""
    examples = sorted(file.stem for file in _EXAMPLES.glob("*.toml"))
    if example not in examples:
        raise Refused(404, "not_found")
    text = (_EXAMPLES / f"{example}.toml").read_text(encoding="utf-8")
    return _editor(request, text, form_name="", company="", versions=[], examples=examples, example=example)


@router.post("/check")
async def checked(request: Request, _: Operator, text: Text) -> Response:
    """The judgement alone, while somebody writes."""
    return render(request, "campaigns/templates/form_check.html", judged=judge(text), most=MOST_S)


@router.post("/save")
async def save(
    request: Request,
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    name: Annotated[str, Form(min_length=1, max_length=80)],
    text: Text,
) -> Response:
    """Keep the text as the form's next version; a text that is no usable form comes back with its faults."""
    known_company(services, company)
    if not judge(text).usable:
        examples = sorted(file.stem for file in _EXAMPLES.glob("*.toml"))
        return _editor(
            request, text, form_name=name, company=company, versions=[], examples=examples, example="", status_code=422
        )
    async with services.sessions.begin() as session:
        mine = Campaigns(session, scope_of(person))
        row = await mine.save_form(company, name, text, person.login, to_ms(local_now(services)))
    return RedirectResponse(f"/campaigns/forms/{row.id}", status_code=303)


@router.get("/{number}")
async def one(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """One version in the editor."""
    async with services.sessions() as session:
        mine = Campaigns(session, scope_of(person))
        row = await mine.form(number)
        versions = await mine.versions(row.company, row.name) if row else []
    if row is None:
        raise Refused(404, "not_found")
    return _editor(
        request, row.text, form_name=row.name, company=row.company, versions=versions, examples=[], example=""
    )


def _editor(request: Request, text: str, *, status_code: int = 200, **context: object) -> Response:
    return render(
        request,
        "campaigns/templates/form.html",
        status_code=status_code,
        text=text,
        judged=judge(text),
        most=MOST_S,
        **context,
    )
