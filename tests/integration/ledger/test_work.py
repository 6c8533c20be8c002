"""What calls leave to do beside the phone, as the ledger writes it down on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from callcenter.calls.callbacks import Item
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.tables import Tables
from callcenter.store.engine import open_sync_engine
from routing.callback import Callback, State

pytestmark = pytest.mark.integration

AT = 1_795_429_970_000
CALL = "cc-1795429970.7"


def entry(kind: Kind, at: int, **data: Json) -> Entry:
    return Entry(key=f"{CALL}:{kind}:{at}", kind=kind, at=at, call=CALL, data=data)


def message(ms: int = 9000, company: str = "nurim") -> list[Entry]:
    leg: dict[str, Json] = {"leg": "caller", "recording": f"voicemail/{CALL}", "message_ms": ms, "by": "caller"}
    return [
        entry(Kind.ENTERED, AT, dnis="16000000", caller="01012345678", channel=CALL, via="inbound"),
        entry(Kind.IDENTIFIED, AT + 1, company=company, category="kitchen", group="kitchen", how="menu"),
        entry(Kind.LEG_ENDED, AT + 20_000, **leg),
    ]


def written(database_url: str, *batches: list[Entry], sql: str) -> list[tuple[object, ...]]:
    """What the query finds when these were written one after the other."""
    engine = open_sync_engine(database_url)
    tables = Tables(engine.dialect.name)
    for batch in batches:
        with engine.begin() as connection:
            tables.write(connection, batch)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return rows


ROWS = 'SELECT "call", company, "group", left_at, state, agent FROM message'


def test_a_message_is_new_work_and_a_hang_up_at_the_tone_is_none(database_url: str) -> None:
    assert written(database_url, message(ms=400), sql=ROWS) == []
    again = [entry(Kind.LEG_ENDED, AT + 30_000, leg="agent")]
    assert written(database_url, again, sql=ROWS) == []


def test_a_message_that_is_told_again_stays_as_people_left_it_but_for_whose_it_is(database_url: str) -> None:
    assert written(database_url, message(), message(), sql=ROWS) == [
        (CALL, "nurim", "kitchen", AT + 20_000, "new", None)
    ]
    engine = open_sync_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE message SET state = 'taken', agent = '1001'"))
    engine.dispose()
    noted = [entry(Kind.NOTED, AT + 60_000, agent="1001", company="hanbit", category="av", reason="fault")]
    assert written(database_url, noted, sql=ROWS) == [(CALL, "hanbit", "kitchen", AT + 20_000, "taken", "1001")]


def test_a_callback_that_is_over_is_kept_once_with_how_it_ended(database_url: str) -> None:
    callback = Callback(
        id=f"callback:{CALL}", group="kitchen", company="", since=AT, requested_at=AT, due_at=AT, attempts=2,
        state=State.EXPIRED,
    )  # fmt: skip
    item = Item(callback=callback, call=CALL, number="01012345678", dnis="16000000", language="ko", why="busy")
    closed = entry(Kind.CALLBACK_CLOSED, AT + 90_000, **item.to_json())
    moved = entry(Kind.CALLBACK_MOVED, AT + 80_000, **item.to_json())
    sql = 'SELECT "call", company, "group", number, requested_at, attempts, state, why, at FROM callback'
    assert written(database_url, [moved, closed], [closed], sql=sql) == [
        (CALL, None, "kitchen", "01012345678", AT, 2, "expired", "busy", AT + 90_000)
    ]


def test_a_call_that_was_passed_on_is_usage_that_the_tariff_decides(database_url: str) -> None:
    call = [
        entry(Kind.ENTERED, AT, dnis="16000000", caller="01012345678", channel=CALL, via="inbound"),
        entry(Kind.IDENTIFIED, AT + 1, company="nurim", category="kitchen", group="kitchen", how="menu"),
        entry(Kind.OFFERED, AT + 1000, agent="1001", group="kitchen"),
        entry(Kind.ANSWERED, AT + 2000, agent="1001", agent_channel="a"),
        entry(Kind.PASSED, AT + 9000, agent="1001", group="av", talk_ms=7000, how="page"),
        entry(Kind.OFFERED, AT + 9500, agent="1002", group="av"),
        entry(Kind.ANSWERED, AT + 10_000, agent="1002", agent_channel="b"),
    ]
    over = [entry(Kind.ENDED, AT + 20_000, by="caller", cause=16, stage="talking")]
    rows = 'SELECT "call", kind, company, at, talk_ms, line FROM usage_entry'
    assert written(database_url, call, sql=rows) == []
    further = (f"{CALL}/2", "transfer", "nurim", AT + 10_000, 0, None)
    assert written(database_url, over, over, sql=rows) == [further]
    corrected = [entry(Kind.NOTED, AT + 30_000, agent="1002", company="hanbit")]
    assert written(database_url, corrected, sql=rows) == [(*further[:2], "hanbit", *further[3:])]
