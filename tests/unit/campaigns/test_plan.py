"""What keeps a campaign from starting, and the forms that come with the product."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.campaigns.attempts import RETRIES
from callcenter.campaigns.form import Form, read_form
from callcenter.campaigns.form_check import check
from callcenter.campaigns.kinds import Kind, Purpose
from callcenter.campaigns.permission import CallerNumber
from callcenter.campaigns.plan import NEXT, Enough, Hindrance, Plan, State, hindrances
from callcenter.campaigns.windows import Window
from tests.unit.campaigns.forms import form, question
from tests.web_centre import EXAMPLE

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Seoul"))
CALLER = CallerNumber(number="15880000", proof="p", since=NOW - timedelta(days=1))
SOUND = form(question("a"))
FRIENDLY_DAYS = Plan().window(frozenset())


def found(
    purpose: Purpose = Purpose.SURVEY,
    kind: Kind = Kind.IMPROVEMENT,
    window: Window = FRIENDLY_DAYS,
    form: Form | None = SOUND,
    caller: CallerNumber | None = CALLER,
    contacts: int = 1,
    compared: datetime | None = NOW,
    quotas: tuple[Enough, ...] = (),
) -> list[Hindrance]:
    return hindrances(kind, purpose, window, form, caller, contacts, compared, NOW, quotas)


def test_each_lack_is_named() -> None:
    assert found() == []
    assert found(form=None) == [Hindrance.NO_FORM]
    assert found(form=form(question("a", 'next = "a"'))) == [Hindrance.FLAWED_FORM]
    assert found(caller=None) == [Hindrance.CALLER_UNPROVEN]
    assert found(window=Window(last=date(2026, 1, 1))) == [Hindrance.NEVER_OPEN]
    assert found(quotas=(Enough(most=1), Enough(most=1, question="a", answer="2"))) == []
    for unfit in (Enough(most=1, question="b", answer="1"), Enough(most=1, question="a"), Enough(most=1, answer="1")):
        assert found(quotas=(unfit,)) == [Hindrance.QUOTA_UNFIT]
    assert found(contacts=0) == [Hindrance.NO_CONTACTS]
    assert found(compared=None) == [Hindrance.SCRUB_MISSING]
    assert found(compared=NOW - timedelta(days=30)) == [Hindrance.SCRUB_STALE]


def test_a_happy_call_campaign_needs_neither_contacts_nor_a_comparison() -> None:
    assert found(Purpose.SERVICE, Kind.HAPPY_CALL, contacts=0, compared=None) == []


def test_a_stopped_campaign_is_stopped_for_good() -> None:
    assert NEXT[State.STOPPED] == set()
    assert all(State.STOPPED in following for state, following in NEXT.items() if state is not State.STOPPED)


def test_a_plan_keeps_its_settings_as_data() -> None:
    plan = Plan()
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan
    assert plan.retry_rules() == dict(RETRIES)


@pytest.mark.parametrize("file", sorted((EXAMPLE / "forms").glob("*.toml")), ids=lambda file: file.stem)
def test_the_forms_that_come_with_the_product_are_sound(file: Path) -> None:
    assert check(read_form(file.read_text("utf-8"))) == []
