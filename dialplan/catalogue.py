"""The catalogue of prompts: what a centre's callers and agents hear, by name, in Korean and English.

The texts stand in `catalogue.toml`; the names are those that docs/architecture.md promises to the engine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from callcenter.centre import Centre, Names
from dialplan.hours import closing_ends, english_hours, korean_hours
from dialplan.korean import count, phone_groups, sino, with_particle
from dialplan.voice import Language

#: Further back in the queue a caller hears `queue-position-many`.
POSITIONS = 30
#: The longest estimated wait that is told, in minutes.
MINUTES = 15
#: Texts that are spoken as they stand, but for the centre's own name and number.
_SIMPLE = (
    *("greeting-hotline", "notice-recording", "notice-abuse", "menu-code", "menu-invalid", "menu-silent"),
    *("menu-giveup", "menu-goodbye", "code-unknown", "queue-wait", "queue-position-many", "number-unknown"),
    *("queue-estimate-longer", "closing", "closing-early", "queue-sorry", "queue-callback", "queue-voicemail"),
    *("caller-refused", "queue-passed"),
    *("callback-number", "callback-confirm", "callback-type", "callback-invalid", "callback-stay"),
    *("callback-accepted", "callback-greeting", "voicemail-leave", "voicemail-thanks"),
    *("abuse-warning", "abuse-end"),
    *("agent-logged-in", "agent-logged-out", "agent-ready", "agent-paused", "agent-passed", "agent-refused"),
    *("fallback-wait", "fallback-voicemail"),
    *("survey-invalid", "survey-silent", "survey-refused", "survey-away"),
)

#: As Koreans read telephone numbers, digit by digit.
_DIGITS = ("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Text:
    """What one prompt says, in both languages."""

    ko: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.ko if language is Language.KO else self.en

    def filled(self, **gaps: Text) -> Text:
        """With its `{gaps}` filled in, each language by its own words."""
        korean = self.ko.format(**{gap: text.ko for gap, text in gaps.items()})
        english = self.en.format(**{gap: text.en for gap, text in gaps.items()})
        return Text(" ".join(korean.split()), " ".join(english.split()))


def catalogue(centre: Centre) -> dict[str, Text]:
    """Every spoken prompt of this centre by name."""
    return dict(_prompts(centre))


def _prompts(centre: Centre) -> Iterator[tuple[str, Text]]:
    texts = _texts()
    name = Text(centre.name, centre.name_en)
    hotline = "-".join(phone_groups(centre.hotlines[0]))
    for prompt in _SIMPLE:
        yield prompt, texts[prompt].filled(centre=name, hotline=Text(hotline, hotline))
    hours = Text(korean_hours(centre.hours), english_hours(centre.hours))
    yield "closed", texts["closed"].filled(centre=name, hours=hours)
    for group in centre.group:
        if group.hours:
            of_group = Text(korean_hours(group.hours), english_hours(group.hours))
            products = Text(group.name, _within(group.name_en))
            yield f"closed-group-{group.id}", texts["closed-group"].filled(group=products, hours=of_group)
    for closing in centre.closing:
        again = Text(*closing_ends(closing))
        usual = texts["closed-until"].filled(time=again)
        yield closing.prompt, Text(closing.say or usual.ko, closing.say_en or usual.en)
    families = _choices(centre.menu, [key.key for key in centre.menu])
    yield centre.menu_prompt("menu-main"), texts["menu-main"].filled(choices=families)
    for key in centre.menu:
        prompt = centre.menu_prompt(f"menu-family-{key.key}", key.categories)
        yield prompt, texts["menu-family"].filled(choices=_products(centre, key.categories))
    for company in centre.company:
        called = Text(company.name, company.name_en)
        yield f"greeting-{company.id}", texts["greeting-company"].filled(company=called)
        own_number = "-".join(phone_groups((*company.numbers, centre.hotlines[0])[0]))
        advert = texts["survey-advert"].filled(company=called, number=Text(own_number, own_number))
        yield f"survey-advert-{company.id}", advert
        nobody = texts["survey-nobody"].filled(company=called, number=Text(own_number, own_number))
        yield f"survey-nobody-{company.id}", nobody
        if said := company.announcement:
            yield f"announcement-{company.id}", Text(said.say, said.say_en)
        if len(company.categories) > 1:
            prompt = centre.menu_prompt(f"menu-company-{company.id}", company.categories)
            yield prompt, texts["menu-company"].filled(choices=_products(centre, company.categories))
        if company.hours:
            own = Text(korean_hours(company.hours), english_hours(company.hours))
            yield f"closed-{company.id}", texts["closed-company"].filled(company=called, hours=own)
    for comfort in centre.waiting.comfort:
        yield comfort.prompt, Text(comfort.say, comfort.say_en)
    for digit, korean in enumerate(_DIGITS):
        yield f"digit-{digit}", Text(korean, _DIGITS_EN[digit])
    for position in range(1, POSITIONS + 1):
        place = Text(count(position, "번째"), str(position))
        yield f"queue-position-{position}", texts["queue-position"].filled(place=place)
    for number in range(1, MINUTES + 1):
        minutes = Text(f"{sino(number)} 분", f"{number} minute{'s' if number > 1 else ''}")
        for part in ("within", "from", "to"):
            if part == "within" or (number < MINUTES if part == "from" else number > 1):
                yield f"queue-estimate-{part}-{number}", texts[f"queue-estimate-{part}"].filled(minutes=minutes)


@cache
def _texts() -> dict[str, Text]:
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: Text(text["ko"], text["en"]) for name, text in raw.items()}


def _products(centre: Centre, categories: Sequence[str]) -> Text:
    groups = {group.id: group for group in centre.group}
    return _choices([groups[category] for category in categories], [str(i + 1) for i in range(len(categories))])


def _choices(named: Sequence[Names], keys: Sequence[str]) -> Text:
    """생활가전은 1번, 주방가전은 2번 / For home appliances, press 1. For kitchen appliances, press 2."""
    return Text(
        ", ".join(f"{with_particle(choice.name, '은/는')} {key}번" for choice, key in zip(named, keys, strict=True)),
        " ".join(f"For {_within(choice.name_en)}, press {key}." for choice, key in zip(named, keys, strict=True)),
    )


def _within(name: str) -> str:
    """A name inside a sentence: without its capital, unless it is an abbreviation such as PCs."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name
