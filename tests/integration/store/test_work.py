"""Messages, ended callbacks and marked numbers on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from callcenter.callers import marked_numbers, remember_mark
from callcenter.calls.callers import Mark
from callcenter.marks import mirror_marks
from callcenter.redis import command_client
from callcenter.store.callbacks import callback_figures, closed_callbacks
from callcenter.store.engine import Sessions
from callcenter.store.marked_numbers import MarkedNumbers
from callcenter.store.messages import MessageMovedError, Messages
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.span import Span
from callcenter.store.work_models import CallbackRow, MessageRow, MessageState
from routing.callback import State

pytestmark = pytest.mark.integration
CENTRE = WholeCentre()
NEW, TAKEN, DONE = MessageState.NEW, MessageState.TAKEN, MessageState.DONE


def message(call: str, **columns: Any) -> MessageRow:
    whole = {"company": "nurim", "group": "kitchen", "left_at": 10, "state": NEW, "agent": None, "at": 10}
    return MessageRow(call=call, **whole | columns)


async def add(made: Sessions, *rows: Any) -> None:
    async with made.begin() as session:
        session.add_all(rows)


async def test_the_queue_is_the_groups_own_and_what_belongs_to_no_group_the_oldest_first(made: Sessions) -> None:
    await add(
        made, message("b", left_at=20), message("a", state=TAKEN, agent="1001"), message("c", group="av"),
        message("d", group=None, left_at=5), message("e", state=DONE, at=99), message("f", state=DONE, at=50),
    )  # fmt: skip
    async with made() as session:
        messages = Messages(session, CENTRE)
        assert [row.call for row in await messages.waiting(groups={"kitchen"})] == ["d", "a", "b"]
        assert [row.call for row in await messages.waiting()] == ["d", "a", "c", "b"]
        assert [row.call for row in await messages.done(since=60, groups={"kitchen"})] == ["e"]
        assert await messages.done(since=60, groups={"av"}) == []
        assert await messages.new_by_group() == {"kitchen": 1, "av": 1, None: 1}


async def test_of_two_who_take_a_message_at_once_one_gets_it(made: Sessions) -> None:
    await add(made, message("a"))
    async with made() as one, made() as other:
        mine, theirs = await Messages(one, CENTRE).get("a"), await Messages(other, CENTRE).get("a")
        assert mine
        assert theirs
        await Messages(one, CENTRE).move(mine, TAKEN, agent="1001", now=30)
        await one.commit()
        with pytest.raises(MessageMovedError):
            await Messages(other, CENTRE).move(theirs, TAKEN, agent="1002", now=30)
        await other.rollback()
    async with made() as session:
        held = await Messages(session, CENTRE).get("a")
    assert held
    assert (held.agent, held.state, held.at) == ("1001", TAKEN, 30)


async def test_a_company_sees_messages_of_its_own_only(made: Sessions) -> None:
    await add(made, message("a"), message("b", company="hanbit"))
    async with made() as session:
        messages = Messages(session, OneCompany("hanbit"))
        assert [row.call for row in await messages.waiting()] == ["b"]
        assert await messages.get("a") is None
        assert await messages.new_by_group() == {"kitchen": 1}


def ended(key: str, state: State, asked: int, at: int, group: str = "kitchen") -> CallbackRow:
    return CallbackRow(
        key=key, call=key, company="nurim", group=group, number="01000000001", requested_at=asked, attempts=1,
        state=state, why=None, at=at,
    )  # fmt: skip


async def test_delays_and_shares_of_the_callbacks_that_ended_in_the_span(made: Sessions) -> None:
    await add(
        made, ended("a", State.REACHED, 0, 100), ended("b", State.REACHED, 0, 300), ended("c", State.REACHED, 0, 900),
        ended("d", State.EXPIRED, 0, 950), ended("e", State.CANCELLED, 0, 960), ended("f", State.REACHED, 0, 1000),
        ended("g", State.REACHED, 0, 99, group="av"),
    )  # fmt: skip
    async with made() as session:
        closed = await closed_callbacks(session, CENTRE, Span(100, 1000))
        assert [row.key for row in closed] == ["e", "d", "c", "b", "a"]
        figures = callback_figures(closed)
        assert (figures.closed, figures.reached, figures.expired) == (5, 3, 1)
        assert (figures.median_delay_ms, figures.longest_delay_ms, figures.reached_share) == (300, 900, 0.75)
        assert [row.key for row in await closed_callbacks(session, CENTRE, Span(0, 999), groups={"av"})] == ["g"]
        assert callback_figures([]).reached_share is None


async def mark(made: Sessions, number: str, level: Mark | None, until: int | None = None, at: int = 1) -> int:
    async with made.begin() as session:
        row = await MarkedNumbers(session).change(number, level, reason="까닭", until=until, by="sup", at=at)
        return row.id


async def test_the_newest_change_of_a_number_counts_and_all_are_kept(made: Sessions) -> None:
    await mark(made, "0311111111", Mark.CAUTION)
    await mark(made, "0311111111", Mark.REFUSED)
    await mark(made, "0322222222", Mark.CAUTION)
    await mark(made, "0322222222", None)
    await mark(made, "0333333333", Mark.CAUTION, until=500)
    async with made() as session:
        marked = MarkedNumbers(session)
        assert [(row.number, row.mark) for row in await marked.current(499)] == [
            ("0333333333", Mark.CAUTION),
            ("0311111111", Mark.REFUSED),
        ]
        assert [row.number for row in await marked.current(500)] == ["0311111111"]
        assert await marked.of("0322222222", 1) is None
        assert len(await marked.history()) == 5


@pytest.fixture
async def redis(redis_url: str) -> Any:
    client: Redis = command_client(redis_url)
    yield client
    await client.aclose()


async def test_an_empty_redis_heals_ended_marks_go_and_a_second_time_changes_nothing(
    made: Sessions, redis: Redis
) -> None:
    await mark(made, "0311111111", Mark.CAUTION)
    await mark(made, "0322222222", Mark.REFUSED, until=500)
    assert await mirror_marks(redis, made, 100) == 2
    assert await marked_numbers(redis) == {"0311111111": Mark.CAUTION, "0322222222": Mark.REFUSED}
    await remember_mark(redis, "0344444444", Mark.REFUSED)
    await remember_mark(redis, "0311111111", Mark.MESSAGE_ONLY)
    assert await mirror_marks(redis, made, 500) == 3
    assert await marked_numbers(redis) == {"0311111111": Mark.CAUTION}
    assert await mirror_marks(redis, made, 500) == 0
