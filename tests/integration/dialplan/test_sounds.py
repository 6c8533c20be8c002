from __future__ import annotations

import io
import os
import shutil
import wave
from array import array
from collections.abc import Callable, Iterator
from math import pi, sin
from pathlib import Path

import pytest
from typer.testing import CliRunner

import callcenter
from callcenter.asterisk.obtain import VOICE, obtain
from callcenter.centre import Centre, load_centre
from callcenter.cli.prompts import app
from dialplan import catalogue
from dialplan.recording import RecordingError, Wrong
from dialplan.sounds import ensure_prompts, prompts_of, replace, revert
from dialplan.voice import Language, Voice, VoiceError

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
Make = Callable[..., int]
_EXAMPLE = Path(callcenter.__file__).parent / "example/centre.toml"


@pytest.fixture(scope="module")
def voice() -> Voice:
    programs = obtain(VOICE)
    data = {"ESPEAK_DATA_PATH": str(programs.file("usr/lib/{triplet}"))}
    return Voice(command=tuple(programs.command("espeak-ng")), environment=data)


@pytest.fixture(scope="module")
def make(voice: Voice) -> Make:
    def make(centre: Centre, media: Path, still: Centre | None = None) -> int:
        return ensure_prompts(centre, media, voice.command, voice.environment, still=still)

    return make


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    """The example with two of its companies; fewer numbers are counted than callers hear."""
    whole = load_centre(_EXAMPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "POSITIONS", 3)
        patch.setattr(catalogue, "MINUTES", 3)
        yield whole.model_copy(update={"company": whole.company[:2]})


@pytest.fixture(scope="module")
def made(centre: Centre, make: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "media"
    index = folder / "sounds/synthetic/index.json"
    index.parent.mkdir(parents=True)
    index.write_text('{"damaged')
    make(centre, folder)
    return folder


@pytest.fixture
def media(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "media")


def _wav(seconds: float, peak: float = 0.5, rate: int = 44100, channels: int = 2) -> bytes:
    sound = [round(32767 * peak * sin(2 * pi * 500 * i / rate)) for i in range(round(rate * seconds))]
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((channels, 2, rate, 0, "NONE", ""))
        written.writeframes(array("h", [sample for sample in sound for _ in range(channels)]).tobytes())
    return file.getvalue()


def _seconds(file: Path) -> float:
    with wave.open(str(file)) as read:
        assert (read.getframerate(), read.getnchannels(), read.getsampwidth()) == (8000, 1, 2)
        return read.getnframes() / 8000


def test_every_sound_is_made_once(centre: Centre, make: Make, media: Path) -> None:
    prompts = prompts_of(centre, media)
    assert len(prompts) > 100
    for prompt in prompts:
        assert 0.5 < _seconds(prompt.file) < 40, prompt.name
        assert prompt.original is None
    for sound in ("ko/cc/selftest", "en/cc/selftest", "ko/beep", "en/beep"):
        assert _seconds(media / f"sounds/{sound}.wav") > 0.3
    assert 60 < _seconds(media / "moh/default/calm.wav") < 90
    before = {file: file.stat().st_mtime_ns for file in media.rglob("*.wav")}
    assert make(centre, media) == 0
    assert {file: file.stat().st_mtime_ns for file in media.rglob("*.wav")} == before


def test_only_a_changed_text_is_spoken_again_and_a_company_that_left_is_removed(
    centre: Centre, make: Make, media: Path
) -> None:
    first, second = centre.company
    renamed = centre.model_copy(update={"company": (first.model_copy(update={"name": "누림가전"}),)})
    before = (media / f"sounds/ko/cc/greeting-{first.id}.wav").read_bytes()
    # The greeting, who phones when a campaign does, and for whom nobody is free then.
    assert make(renamed, media) == 3
    assert (media / f"sounds/ko/cc/greeting-{first.id}.wav").read_bytes() != before
    assert not list(media.rglob(f"*{second.id}*"))


def test_what_somebody_removed_comes_back(centre: Centre, make: Make, media: Path) -> None:
    (media / "sounds/ko/cc/closed.wav").unlink()
    (media / "sounds/synthetic/en/closed.wav").unlink()
    (media / "moh/default/calm.wav").unlink()
    assert make(centre, media) == 3


def test_a_recording_replaces_a_prompt_survives_new_texts_and_can_be_taken_back(
    centre: Centre, make: Make, media: Path
) -> None:
    played = media / "sounds/ko/cc/greeting-hotline.wav"
    synthetic = played.read_bytes()
    replace(centre, media, "greeting-hotline", Language.KO, _wav(3), "../인사말 녹음.WAV")
    assert _seconds(played) == pytest.approx(3.2, abs=0.1)
    assert (media / "sounds/custom/ko/greeting-hotline.wav").read_bytes() == _wav(3)
    recorded = played.read_bytes()
    assert make(centre.model_copy(update={"name": "함께 A/S센터"}), media) > 0
    assert played.read_bytes() == recorded
    replace(centre, media, "greeting-hotline", Language.KO, _wav(1), "second.flac")
    assert [file.name for file in (media / "sounds/custom/ko").iterdir()] == ["greeting-hotline.flac"]
    assert make(centre, media) > 0
    played.unlink()
    assert make(centre, media) == 1
    assert _seconds(played) == pytest.approx(1.2, abs=0.1)
    revert(centre, media, "greeting-hotline", Language.KO)
    assert played.read_bytes() == synthetic
    assert not list((media / "sounds/custom/ko").iterdir())
    revert(centre, media, "greeting-hotline", Language.KO)


def test_another_menu_is_spoken_anew_beside_the_former_one_and_its_recording(
    centre: Centre, make: Make, media: Path
) -> None:
    menu = "menu-family-1"
    family = centre.menu[0]
    turned = centre.model_copy(
        update={"menu": (family.model_copy(update={"categories": family.categories[::-1]}), *centre.menu[1:])}
    )
    before, after = (one.menu_prompt(menu, one.menu[0].categories) for one in (centre, turned))
    replace(centre, media, before, Language.KO, _wav(3), "menu.wav")
    recorded = (media / f"sounds/ko/cc/{before}.wav").read_bytes()
    assert make(turned, media, centre) == 2, "in both languages"
    # Who is in the former menu hears the recording; who comes now hears what the keys mean now.
    assert (media / f"sounds/ko/cc/{before}.wav").read_bytes() == recorded
    assert (media / f"sounds/ko/cc/{after}.wav").is_file()
    assert (media / f"sounds/ko/cc/{after}.wav").read_bytes() != recorded
    make(turned, media)
    assert not (media / f"sounds/ko/cc/{before}.wav").exists()
    make(centre, media)
    assert (media / f"sounds/ko/cc/{before}.wav").read_bytes() == recorded


@pytest.mark.parametrize(
    ("recording", "wrong"),
    [
        pytest.param(b"", Wrong.UNREADABLE, id="empty"),
        pytest.param(b"%PDF-1.7 no sound at all" * 99, Wrong.UNREADABLE, id="document"),
        pytest.param(_wav(0.1), Wrong.TOO_SHORT, id="short"),
        pytest.param(_wav(121, rate=8000, channels=1), Wrong.TOO_LONG, id="long"),
        pytest.param(_wav(2, peak=0), Wrong.SILENT, id="silent"),
        pytest.param(bytes(31 * 2**20), Wrong.TOO_LARGE, id="large"),
    ],
)
def test_a_useless_recording_is_refused_in_both_languages(
    centre: Centre, media: Path, recording: bytes, wrong: Wrong
) -> None:
    before = (media / "sounds/ko/cc/closed.wav").read_bytes()
    with pytest.raises(RecordingError) as refused:
        replace(centre, media, "closed", Language.KO, recording, "upload.wav")
    assert refused.value.wrong is wrong
    assert refused.value.korean
    assert refused.value.english
    assert (media / "sounds/ko/cc/closed.wav").read_bytes() == before
    assert not list(media.glob("sounds/custom/*/*"))


def test_a_name_outside_the_catalogue_reaches_no_file(centre: Centre, media: Path) -> None:
    before = sorted(media.rglob("*"))
    for act in (
        lambda name: replace(centre, media, name, Language.KO, _wav(1), "x.wav"),
        lambda name: revert(centre, media, name, Language.KO),
    ):
        with pytest.raises(RecordingError) as refused:
            act("../../../escape")
        assert refused.value.wrong is Wrong.NO_PROMPT
    assert sorted(media.rglob("*")) == before


def test_a_voice_that_is_not_there_says_so(centre: Centre, media: Path) -> None:
    (media / "sounds/synthetic/ko/closed.wav").unlink()
    with pytest.raises(VoiceError, match="closed: /no-such-program: No such file"):
        ensure_prompts(centre, media, ["/no-such-program"], {})


def test_a_voice_that_fails_says_why(voice: Voice, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="espeak-ng ended"):
        Voice(command=voice.command, environment={"ESPEAK_DATA_PATH": str(tmp_path)}).speak("안녕", Language.KO)
    with pytest.raises(VoiceError, match="nothing to say"):
        voice.speak("...", Language.KO)


def test_the_command_line(media: Path, centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CALLCENTER_")]:
        if name != "CALLCENTER_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(_EXAMPLE))
    monkeypatch.setenv("CALLCENTER_MEDIA", str(media))
    run = CliRunner().invoke
    listed = run(app, ["list"])
    assert listed.exit_code == 0
    assert "누림전자 고객센터" in listed.output
    assert "! greeting-deungbul" in listed.output
    recording = tmp_path / "mine.wav"
    recording.write_bytes(_wav(1))
    assert run(app, ["replace", "closed", str(recording), "--lang", "en"]).exit_code == 0
    assert "* closed" in run(app, ["list", "--lang", "en"]).output
    assert run(app, ["revert", "closed", "--lang", "en"]).exit_code == 0
    assert "* closed" not in run(app, ["list", "--lang", "en"]).output
    refused = run(app, ["replace", "no-such", str(recording)])
    assert (refused.exit_code, "check the list" in refused.output) == (2, True)
    assert run(app, ["replace", "closed", str(tmp_path / "absent.wav")]).exit_code == 2
    said = run(app, ["say", "PC 3대입니다", "--out", str(tmp_path / "said.wav")])
    assert "피씨 세 대임니다" in said.output
    assert _seconds(tmp_path / "said.wav") > 0.5
