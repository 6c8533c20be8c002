"""A campaign's results as its page, its files and the API show them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.completion import Filled, filled
from callcenter.campaigns.form import Form, Question
from callcenter.campaigns.funnel import Funnel, Place, Rates, dispositions, funnel, place_of, rates
from callcenter.campaigns.machines import Listened, listened
from callcenter.campaigns.plan import Plan
from callcenter.campaigns.scores import Part, Tabulated, parts, tabulate
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, ResponseRow
from callcenter.store.campaign_rules import form_of
from callcenter.store.campaigns import Campaigns
from callcenter.web.export import inert
from callcenter.web.formats import day, from_ms, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Where the contacts stand and what was answered."""

    places: Mapping[Place, int]
    funnel: Funnel
    rates: Rates
    #: None: nobody was listened to whether a machine answers.
    listened: Listened | None
    outcomes: Mapping[str, int]
    #: Complete interviews of the chosen segment, by question.
    questions: Sequence[Tabulated]
    responses: Sequence[ResponseRow]
    segments: Sequence[str]
    form: Form | None
    quotas: Sequence[Filled]
    by_segment: Sequence[Part]
    by_day: Sequence[Part]

    @property
    def measured(self) -> list[Question]:
        """The questions whose scores stand in the parts."""
        return [one.question for one in self.questions if one.question.measure]


def counted(counts: Mapping[tuple[int, str | None, str | None, bool], int], campaign: int) -> Counter[Place]:
    """A campaign's contacts by place."""
    places: Counter[Place] = Counter()
    for (number, outcome, why, _tried), count in counts.items():
        if number == campaign:
            places[place_of(Outcome(outcome) if outcome else None, permitted=why is None)] += count
    return places


async def results_of(campaigns: Campaigns, attempts: Attempts, campaign: CampaignRow, segment: str) -> Results:
    """The results as of now; of one segment, where one is named, for the answers."""
    counts = await campaigns.counts([campaign.number])
    outcomes: Counter[str] = Counter()
    for (_, outcome, _, _), count in counts.items():
        if outcome:
            outcomes[outcome] += count
    row = await campaigns.form(campaign.form)
    form = form_of(row.text if row else None)
    responses = await attempts.responses(campaign.number, complete=True)
    chosen = [one for one in responses if not segment or one.segment == segment]
    places = counted(counts, campaign.number)
    unheard = await attempts.unheard(campaign.number) if outcomes[Outcome.MACHINE] else 0
    return Results(
        places=places,
        funnel=funnel(places),
        rates=rates(dispositions((Outcome(outcome) for outcome in outcomes.elements()), unheard)),
        listened=listened(await attempts.listened(campaign.number)),
        outcomes=outcomes,
        questions=tabulate(form, [one.answers for one in chosen]) if form else [],
        responses=chosen,
        segments=sorted({one.segment for one in responses if one.segment}),
        form=form,
        quotas=filled(
            (one.quota() for one in Plan.model_validate(campaign.plan).quotas),
            ((one.segment, one.answers) for one in responses),
        ),
        by_segment=parts(form, ((one.segment, one.answers) for one in responses)) if form else [],
        by_day=parts(form, ((day(from_ms(one.at)), one.answers) for one in chosen)) if form else [],
    )


def label(question: Question, answer: str, language: str) -> str:
    """An answer in words where the form has any."""
    words = {choice.key: choice.ko if language == "ko" else choice.en for choice in question.choices}
    return words.get(answer, answer)


def answer_rows(found: Results, language: str) -> Iterator[list[object]]:
    """One row a response, without names and numbers: the attempt, the time, the segment, the answers."""
    for response in found.responses:
        cells: list[object] = [response.attempt, moment(from_ms(response.at)), response.segment]
        for one in found.questions:
            given = str(response.answers.get(one.question.id, ""))
            cells.append(", ".join(label(one.question, part, language) for part in given.split(",") if part))
        yield cells


def workbook(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """An XLSX file of one sheet, written row by row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for number, row in enumerate([heading, *rows]):
        sheet.write_row(number, 0, [inert(cell) for cell in row])
    book.close()
    return out.getvalue()
