"""Spoken answers and the evidence of those that were destroyed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.form import Form, QuestionKind
from callcenter.store.aftermath_models import DestroyedRow
from callcenter.store.campaign_models import ResponseRow
from callcenter.store.scope import Scope, select_within


@dataclass(frozen=True, slots=True)
class SpokenAnswer:
    """One answer to an open question."""

    response: ResponseRow
    question: str
    recording: str


def open_questions(form: Form | None) -> list[str]:
    """The ids of questions that are answered in words."""
    return [one.id for one in form.question if one.kind is QuestionKind.OPEN] if form else []


def spoken_answers(response: ResponseRow, questions: Collection[str]) -> list[SpokenAnswer]:
    """The response's answers to these open questions."""
    given = ((question, str(response.answers.get(question, ""))) for question in questions)
    return [SpokenAnswer(response, question, recording) for question, recording in given if recording]


class SpokenAnswers:
    """Those that a scope may hear of."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def response(self, campaign: int, attempt: str) -> ResponseRow | None:
        """What was answered in this attempt of the campaign."""
        query = select_within(self._scope, ResponseRow).where(
            ResponseRow.campaign == campaign, ResponseRow.attempt == attempt
        )
        return (await self._session.scalars(query)).one_or_none()

    async def of(self, campaign: int, questions: Collection[str]) -> list[SpokenAnswer]:
        """All of the campaign, also of interviews that were not completed, the newest first."""
        query = select_within(self._scope, ResponseRow).where(ResponseRow.campaign == campaign)
        rows = await self._session.scalars(query.order_by(ResponseRow.at.desc(), ResponseRow.attempt))
        return [one for row in rows for one in spoken_answers(row, questions)]

    async def by_attempt(self, attempts: Collection[str]) -> dict[str, ResponseRow]:
        """Responses by attempt."""
        query = select_within(self._scope, ResponseRow).where(ResponseRow.attempt.in_(attempts))
        return {row.attempt: row for row in await self._session.scalars(query)}

    async def destroyed(self, recordings: Collection[str]) -> Mapping[str, DestroyedRow]:
        """Which of these recordings are destroyed."""
        query = select_within(self._scope, DestroyedRow).where(DestroyedRow.name.in_(recordings))
        return {row.name: row for row in await self._session.scalars(query)}

    async def note_destroyed(self, row: DestroyedRow) -> None:
        """Keep the evidence; where the recording was still there and is destroyed once more, the last time counts."""
        if before := (await self.destroyed([row.name])).get(row.name):
            before.at = row.at
        else:
            self._session.add(row)
        await self._session.flush()
