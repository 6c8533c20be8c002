"""A version is put in force whole or not at all, and whoever follows learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import count
from pathlib import Path

import pytest
from redis.asyncio import Redis

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.config.announcement import KEY, Announcement, announce, follow
from callcenter.config.apply import apply, in_force
from callcenter.config.versions import Versions, stamp
from callcenter.house import furnish, settings_of
from callcenter.outbound.surroundings import Surroundings
from callcenter.redis import blocking_client
from callcenter.settings import Settings
from dialplan.render import render

pytestmark = pytest.mark.integration

EXAMPLE = (files("callcenter") / "example/centre.toml").read_text("utf-8")
NEW = '\n[[agent]]\nid = "1050"\nname = "한새롬"\nname_en = "Han Saerom"\ngroups = ["kitchen"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A furnished data folder with Asterisk's files, and no prompts yet."""
    made = furnish(tmp_path / "data")
    home = made.data / "asterisk"
    render(load_centre(made.centre), made, LocalAsterisk(programs=obtain_asterisk(), home=home).folders)
    return made


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


def test_a_new_agent_has_a_password_and_an_account_before_the_switch(settings: Settings) -> None:
    before = settings_of(settings.data).sip_passwords
    news = apply(settings, EXAMPLE + NEW, by="sup", why="")
    after = settings_of(settings.data).sip_passwords
    assert {name: word for name, word in after.items() if name != "1050"} == before
    password = after["1050"].get_secret_value()
    assert len(password) == 10
    assert f"password = {password}" in (settings.data / "asterisk/etc/pjsip.conf").read_text()
    assert news.modules == ("pbx_config.so", "res_pjsip.so")
    assert (settings.data / "settings.toml").stat().st_mode & 0o077 == 0
    # A process that started before this one was applied makes no other password.
    apply(settings, EXAMPLE + NEW + "# again\n", by="sup", why="")
    assert settings_of(settings.data).sip_passwords == after


def test_a_change_that_asterisk_need_not_know_has_it_read_nothing(settings: Settings) -> None:
    assert apply(settings, EXAMPLE.replace("ring_s = 20", "ring_s = 15"), by="sup", why="").modules == ()


def test_a_failure_on_the_way_leaves_the_former_version_in_force(settings: Settings) -> None:
    (settings.data / "asterisk/etc/extensions.conf").unlink()
    with pytest.raises(OSError, match="extensions"):
        apply(settings, EXAMPLE + NEW, by="sup", why="")
    assert in_force(settings) == EXAMPLE
    assert settings.centre.read_text("utf-8") == EXAMPLE
    assert [version.number for version in Versions(settings.centre).all()] == [1]


def test_a_wrong_text_is_refused_with_its_lines(settings: Settings) -> None:
    with pytest.raises(CentreError, match=r"centre\.toml:22: waiting\.ring_s: "):
        apply(settings, EXAMPLE.replace("ring_s = 20", "ring_s = 1"), by="sup", why="")


def test_an_unfinished_version_does_not_count(settings: Settings) -> None:
    versions = Versions(settings.centre)
    (settings.centre.with_name("centre.versions") / "0002.toml").write_text("half a fi")
    assert in_force(settings) == EXAMPLE
    assert apply(settings, EXAMPLE + "# more\n", by="sup", why="").number == 2
    newest = versions.newest()
    assert newest is not None
    assert newest.text == EXAMPLE + "# more\n"


def test_what_somebody_edited_in_place_becomes_a_version_at_the_next_start(settings: Settings) -> None:
    settings.centre.write_text(EXAMPLE + NEW, "utf-8")
    furnish(settings.data)
    assert [version.text for version in Versions(settings.centre).all()] == [EXAMPLE, EXAMPLE + NEW]
    furnish(settings.data)
    assert len(Versions(settings.centre).all()) == 2


class Follower:
    """A process that follows the announcements."""

    def __init__(self) -> None:
        self.taken: list[tuple[Announcement, Centre]] = []
        self.something = asyncio.Event()

    async def use(self, news: Announcement, centre: Centre) -> None:
        self.taken.append((news, centre))
        self.something.set()

    async def takes(self) -> tuple[Announcement, Centre]:
        async with asyncio.timeout(5):
            await self.something.wait()
        self.something.clear()
        return self.taken[-1]


async def test_whoever_follows_takes_a_version_missed_before_and_each_one_after(
    settings: Settings, redis: Redis, redis_url: str
) -> None:
    missed = apply(settings, EXAMPLE + NEW, by="sup", why="")
    assert not await announce(redis, missed, 0.1)
    follower, blocking = Follower(), blocking_client(redis_url)
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow(blocking, settings.centre, stamp(EXAMPLE), follower.use))
        news, centre = await follower.takes()
        assert news == missed
        assert centre.agent[-1].id == "1050"
        back = apply(settings, EXAMPLE, by="sup", why="")
        await announce(redis, back, 0.1)
        assert (await follower.takes())[0].number == back.number
        # What is known already is not taken again, and a file that is another one than announced not at all.
        await announce(redis, back, 0.1)
        settings.centre.write_text(EXAMPLE + "# by hand\n", "utf-8")
        await redis.publish(KEY, (await redis.get(KEY)).replace(back.stamp.encode(), b"0123456789abcdef"))
        last = apply(settings, EXAMPLE + "# last\n", by="sup", why="")
        await announce(redis, last, 0.1)
        assert (await follower.takes())[0].number == last.number
        assert len(follower.taken) == 3
        following.cancel()
    await blocking.aclose()


async def test_the_dialler_keeps_the_days_of_the_version_in_force(
    settings: Settings, redis: Redis, redis_url: str
) -> None:
    surroundings = Surroundings(load_centre(settings.centre), stamp(EXAMPLE), settings, redis)
    closed = date(datetime.now(UTC).year + 1, 12, 24)
    assert closed not in surroundings.holidays()
    patient = blocking_client(redis_url)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        following = tasks.create_task(surroundings.keep_up(patient))
        text = EXAMPLE.replace("[hours]\n", f'[hours]\ndays = {{ {closed} = "" }}\n')
        await announce(redis, apply(settings, text, by="sup", why=""), 0)
        for _ in count():
            if closed in surroundings.holidays():
                break
            await asyncio.sleep(0.02)
        following.cancel()
    await patient.aclose()


async def test_the_command_hears_from_the_controller_that_the_version_is_in_effect(
    settings: Settings, redis: Redis
) -> None:
    news = apply(settings, EXAMPLE + NEW, by="sup", why="")
    await redis.set("cc:controller", f'{{"config": "{news.stamp}"}}')
    assert await announce(redis, news, 1)
    await redis.set("cc:controller", '{"config": "another"}')
    assert not await announce(redis, news, 0.2)
