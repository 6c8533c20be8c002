"""What a form of the configuration page has in its fields."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import FormData

from callcenter.web.errors import Refused


def typed(sent: FormData, name: str) -> str:
    """What was typed; empty where there is no such field."""
    value = sent.get(name)
    return value.strip() if isinstance(value, str) else ""


def whole(said: str) -> int:
    """A whole number, or `Refused`."""
    try:
        return int(said)
    except ValueError:
        raise Refused(422, "invalid") from None


def decimal(said: str) -> float:
    """A number, or `Refused`."""
    try:
        return float(said)
    except ValueError:
        raise Refused(422, "invalid") from None


def messages(sent: FormData, endings: Iterable[str]) -> list[dict[str, str]]:
    """What is said, Korean and English; `Refused` where only one of them is there."""
    found = [{key: typed(sent, key + ending) for key in ("say", "say_en")} for ending in endings]
    if any(bool(one["say"]) != bool(one["say_en"]) for one in found):
        raise Refused(422, "config_both")
    return [one for one in found if one["say"]]
