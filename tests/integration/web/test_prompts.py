"""Prompts: listed, heard, replaced by an uploaded recording, and back."""

from __future__ import annotations

import io
import wave
from array import array
from math import sin
from pathlib import Path

import aiohttp
import pytest

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
