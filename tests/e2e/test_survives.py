"""What is killed comes back, and no call is lost, overtaken, or written down twice."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest

from tests.e2e.bulk import Crowd, bulk_callers
from tests.e2e.harness.centre import CROWD, Centre
from tests.e2e.harness.fixtures import AGENT_HZ, SwitchOn
from tests.e2e.phones import open_phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
HANBIT = "07000000102"
#: A company that the test centre has for the crowd of agents.
CROWD_NUMBER = "07000000111"


async def test_kill_9_of_the_controller_amid_20_conversations_and_10_waiting_callers(
    centre: Centre, voices: dict[int, Path], tmp_path: Path, now: int
) -> None:
    async with AsyncExitStack() as stack:
        for number in CROWD:
            await stack.enter_async_context(
                open_phone(
                    tmp_path / number,
                    centre.server,
                    number,
                    password=centre.password(number),
                    microphone=voices[AGENT_HZ],
                    register=True,
                    auto_answer=True,
                )
            )
        await centre.board(lambda b: sum(a["registered"] for a in b["agents"] if a["id"] in CROWD) == len(CROWD))
        for number in CROWD:
            await centre.wish(number, "login")
            await centre.wish(number, "ready")
        password = centre.password("network")

        def callers(name: str, calls: int, hold_s: float, first: int) -> AbstractAsyncContextManager[Crowd]:
            return bulk_callers(
                tmp_path / name,
                centre.server,
                CROWD_NUMBER,
                calls=calls,
                rate=10,
                hold_s=hold_s,
                password=password,
                first_caller=first,
            )

        # Asterisk ends a call without sound after a minute, and these callers are silent: they must be done before.
        talking = await stack.enter_async_context(callers("talking", 20, 25, 1050000000))
        await centre.board(lambda b: b["talking"] == 20, 40)
        waiting = await stack.enter_async_context(callers("waiting", 10, 50, 1060000000))
        before = await centre.board(lambda b: b["talking"] == 20 and len(b["waiting"]) == 10, 40)
        centre.house.stop("controller", signal.SIGKILL)
        centre.house.start("controller")
        after = await centre.board(lambda b: b["ari"] and b["talking"] == 20 and len(b["waiting"]) == 10, 20)
        assert [w["call"] for w in after["waiting"]] == [w["call"] for w in before["waiting"]]
        assert [w["since"] for w in after["waiting"]] == [w["since"] for w in before["waiting"]]
        outcomes = [await talking.outcome(120), await waiting.outcome(120)]
        assert [(o.completed, o.failed) for o in outcomes] == [(20, 0), (10, 0)]
        records = await centre.records(30, now)
        assert len(records) == 30
        assert {r["outcome"] for r in records} == {"answered"}
        for record in records:
            kinds = [kind for kind, _ in centre.entries(record["call"])]
            assert kinds.count("call.entered") == kinds.count("call.ended") == kinds.count("call.answered") == 1
            assert record["talk_ms"] > 0
        served = await asyncio.to_thread(centre.offered_in_order, [w["call"] for w in before["waiting"]])
        assert served == [w["call"] for w in before["waiting"]]
        for number in CROWD:
            await centre.wish(number, "logout")


async def test_200_callers_at_once_all_enter_and_leave(centre: Centre, tmp_path: Path, now: int) -> None:
    async with bulk_callers(
        tmp_path, centre.server, HANBIT, calls=200, rate=100, hold_s=12, password=centre.password("network")
    ) as crowd:
        outcome = await crowd.outcome(90)
    assert (outcome.completed, outcome.failed) == (200, 0)
    records = await centre.records(200, now)
    assert len(records) == 200
    assert {r["outcome"] for r in records} <= {"abandoned_queue", "abandoned_greeting"}
    board = await centre.board(lambda b: not b["waiting"] and not b["in_menu"])
    assert board["talking"] == 0


def whole_second(moment: int) -> int:
    """A call that the engine did not see come in is dated by its id, to the second."""
    return moment // 1000 * 1000


async def test_without_the_controller_a_new_caller_reaches_an_agent_all_the_same(
    centre: Centre, switch_on: SwitchOn, now: int
) -> None:
    agent = await switch_on(centre.server, "1001", password=centre.password("1001"), hz=AGENT_HZ)
    customer = await switch_on(centre.server, "customer1", password=centre.password("customer1"))
    centre.house.stop("controller", signal.SIGKILL)
    try:
        await customer.dial(HANBIT)
        await agent.answers_call(60)
        assert agent.shown == "한빛주방"
        await asyncio.sleep(1)  # a second of conversation
        await agent.hang_up()
        await customer.ended()
    finally:
        centre.house.start("controller")
    await centre.board(lambda b: b["ari"])
    [record] = await centre.records(1, whole_second(now))
    assert (record["outcome"], record["company"], record["agent"]) == ("fallback_answered", "hanbit", "1001")


async def test_a_caller_whom_the_fallback_took_comes_back_to_the_engine(
    centre: Centre, switch_on: SwitchOn, now: int
) -> None:
    customer = await switch_on(centre.server, "customer1", password=centre.password("customer1"))
    centre.house.stop("controller", signal.SIGKILL)
    await customer.dial(HANBIT)
    await customer.talks()
    centre.house.start("controller")
    await centre.board(lambda b: b["in_menu"] or b["waiting"], 30)
    await customer.hang_up()
    assert len(await centre.records(1, whole_second(now))) == 1


async def test_asterisk_killed_the_lost_calls_are_closed_as_lost_and_work_goes_on(
    centre: Centre, switch_on: SwitchOn, now: int
) -> None:
    customer = await switch_on(centre.server, "customer1", password=centre.password("customer1"))
    await customer.dial(HANBIT)
    await centre.board(lambda b: len(b["waiting"]) == 1, 30)
    centre.house.stop("asterisk", signal.SIGKILL)
    await centre.board(lambda b: not b["ari"])
    centre.house.start("asterisk")
    await centre.board(lambda b: b["ari"] and not b["waiting"], 30)
    [record] = await centre.records(1, now)
    assert record["outcome"] == "lost"
    again = await switch_on(centre.server, "customer2", password=centre.password("customer2"))
    await again.dial(HANBIT)
    await again.talks()
    await again.hang_up()
    assert len(await centre.records(2, now)) == 2
