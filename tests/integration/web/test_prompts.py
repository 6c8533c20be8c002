"""Prompts: listed, heard, replaced by an uploaded recording, and back."""

from __future__ import annotations

import io
import wave
from array import array
from math import sin
from pathlib import Path

import aiohttp
import pytest

from callcenter.centre import read_centre
from dialplan.company_music import ensure_music
from dialplan.sounds import shared_music
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


def sound(seconds: float, *, loud: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(array("h", (int(loud * sin(n / 6)) for n in range(int(seconds * 16000)))).tobytes())
    return out.getvalue()


async def upload(admin: Browser, address: str, recording: bytes) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("recording", recording, filename="greeting.wav", content_type="audio/wav")
    headers = {"X-Form-Token": admin.form_token, "Origin": admin.web.url, "HX-Request": "true"}
    async with admin.http.post(admin.web.url + address, data=form, headers=headers) as answer:
        return answer.status, await answer.text()


def synthetic(web: WebCentre, name: str) -> Path:
    """What the voice made of this prompt, as the set-up leaves it."""
    for folder in ("ko/cc", "synthetic/ko"):
        path = web.settings.sounds / folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound(0.5, loud=3000))
    return web.settings.sounds / "ko/cc" / f"{name}.wav"


async def test_prompts_are_listed_and_found_in_both_languages(web: WebCentre) -> None:
    async with browser(web, "admin") as admin:
        page = (await admin.get("/prompts"))[1]
        assert "누림전자 고객센터입니다" in page
        assert "Thank you for calling Nurim Electronics" in page
        found = (await admin.get("/prompts?find=nurim"))[1]
        assert "greeting-nurim" in found
        assert "queue-position-1" not in found
    for login in ("sup", "nurim", "a1001"):
        async with browser(web, login) as other:
            assert (await other.get("/prompts"))[0] == 403


async def test_a_recording_is_heard_until_it_is_taken_back(web: WebCentre) -> None:
    played = synthetic(web, "greeting-hotline")
    before = played.read_bytes()
    async with browser(web, "admin") as admin:
        status, part = await upload(admin, "/prompts/ko/greeting-hotline", sound(1.5))
        assert status == 200
        assert "녹음으로 바꿈" in part
        assert played.read_bytes() != before
        async with admin.http.get(web.url + "/prompts/ko/greeting-hotline.wav") as answer:
            with wave.open(io.BytesIO(await answer.read())) as file:
                assert (file.getnchannels(), file.getframerate()) == (1, 8000)
                assert 1.2 < file.getnframes() / 8000 < 2.2
        status, part = await admin.post("/prompts/ko/greeting-hotline/revert")
        assert (status, "녹음으로 바꿈" in part) == (200, False)
        assert played.read_bytes() == before


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (b"no sound at all", "읽을 수 없습니다"),
        (sound(0.05), "너무 짧습니다"),
        (sound(1, loud=0), "소리가 들리지 않는"),
    ],
)
async def test_what_is_no_recording_is_refused_and_changes_nothing(web: WebCentre, recording: bytes, said: str) -> None:
    played = synthetic(web, "greeting-hotline")
    before = played.read_bytes()
    async with browser(web, "admin") as admin:
        status, part = await upload(admin, "/prompts/ko/greeting-hotline", recording)
        assert (status, said in part) == (422, True)
    assert played.read_bytes() == before


async def test_no_name_or_language_leads_elsewhere(web: WebCentre) -> None:
    async with browser(web, "admin") as admin:
        for address in ("/prompts/ko/nothing.wav", "/prompts/fr/closed.wav", "/prompts/ko/..%2f..%2fcentre.wav"):
            assert (await admin.get(address))[0] in {404, 422}
        assert (await upload(admin, "/prompts/ko/nothing", sound(1)))[0] == 404


async def test_a_company_s_music_is_uploaded_heard_and_taken_back(web: WebCentre) -> None:
    text = web.settings.centre.read_text("utf-8")
    music = text.replace('code = "102"', 'code = "102"\nmusic = true')
    web.app.state.services.centre, _ = read_centre(music)
    shared = shared_music(web.settings.media)
    shared.parent.mkdir(parents=True)
    shared.write_bytes(sound(0.5, loud=3000))
    ensure_music(["hanbit"], web.settings.media, shared)
    heard = web.settings.media / "moh/company-hanbit/music.wav"
    assert heard.read_bytes() == shared.read_bytes()
    async with browser(web, "admin") as admin:
        assert "공용 대기 음악" in (await admin.get("/prompts"))[1]
        status, page = await upload(admin, "/prompts/music/hanbit", sound(2))
        assert status == 200
        assert "/prompts/music/hanbit/revert" in page
        assert heard.read_bytes() != shared.read_bytes()
        assert (await admin.get("/prompts/music/hanbit.wav"))[0] == 200
        kept = heard.read_bytes()
        status, page = await upload(admin, "/prompts/music/hanbit", b"no sound")
        assert (status, heard.read_bytes()) == (422, kept)
        assert "음성 파일로 읽을 수 없습니다" in page
        # One without music of its own has none to change.
        assert (await upload(admin, "/prompts/music/nurim", sound(2)))[0] == 404
        assert (await admin.get("/prompts/music/nurim.wav"))[0] == 404
        assert (await admin.post("/prompts/music/hanbit/revert"))[0] == 200
        assert heard.read_bytes() == shared.read_bytes()
    async with browser(web, "sup") as sup:
        assert (await sup.post("/prompts/music/hanbit/revert"))[0] == 403


def test_music_comes_with_the_setting_keeps_what_was_uploaded_and_goes_with_it(tmp_path: Path) -> None:
    shared = shared_music(tmp_path)
    shared.parent.mkdir(parents=True)
    shared.write_bytes(sound(0.5))
    assert ensure_music(["hanbit", "nurim"], tmp_path, shared) == 2
    assert ensure_music(["hanbit", "nurim"], tmp_path, shared) == 0
    custom = tmp_path / "sounds/custom/music/nurim.wav"
    custom.parent.mkdir(parents=True)
    custom.write_bytes(sound(1, loud=9000))
    assert ensure_music(["hanbit"], tmp_path, shared) == 0
    assert not (tmp_path / "moh/company-nurim").exists()
    assert ensure_music(["hanbit", "nurim"], tmp_path, shared) == 1
    assert (tmp_path / "moh/company-nurim/music.wav").read_bytes() != shared.read_bytes()
