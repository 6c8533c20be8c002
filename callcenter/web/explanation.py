"""Why a call went where it went, in words: what a journal entry tells beyond its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.store.campaign_models import AttemptRow
from callcenter.web.words import CATALOGUE, phrase
from routing.acd import Rule, Strategy


def reason(entry: Entry, language: str) -> str:
    """The rule behind this step and what it met; empty for a step that explains itself."""
    data = entry.data
    match entry.kind:
        case Kind.IDENTIFIED:
            return _said(language, "how", data.get("how"))
        case Kind.RECOGNISED:
            mark = str(data.get("mark") or "")
            return " · ".join(_said(language, "mark", slug) for slug in (mark, f"{mark}_means"))
        case Kind.QUEUED:
            agents = data.get("agents")
            shown = _states(agents, language) if isinstance(agents, dict) else ""
            place = phrase(language, "why.position", n=_whole(data, "position"))
            kept = phrase(language, "why.place") if data.get("since") else ""
            sticky = phrase(language, "why.sticky") if data.get("sticky") else ""
            repeat = phrase(language, "why.repeat") if data.get("repeat") else ""
            spoken = _spoken(language, "why.language", data)
            speakers = phrase(language, "why.speakers") if data.get("speakers") else ""
            stretch = _stretched(language, data.get("stretch"))
            why = _said(language, "peak_why", data["called_up"]) if data.get("called_up") else ""
            peak = phrase(language, "why.called_up", why=why) if why else ""
            told = (place, kept, sticky, repeat, spoken, speakers, stretch, peak, shown)
            return " · ".join(part for part in told if part)
        case Kind.WIDENED:
            near = phrase(language, "why.ring", n=_whole(data, "ring"))
            return f"{near} · {_said(language, 'climb', data.get('why'))}"
        case Kind.STEPPED:
            return f"{_said(language, 'then', data.get('do'))} · {_said(language, 'climb', data.get('why'))}"
        case Kind.OFFERED:
            rule = _said(language, "rule", data.get("rule"))
            usual = Strategy.LONGEST_IDLE.value if data.get("rule") == Rule.AGENT_IDLE else None
            chosen = _said(language, "strategy", data.get("strategy") or usual)
            ring = _whole(data, "ring")
            near = phrase(language, "why.ring", n=ring) if ring > 1 else ""
            reserved = phrase(language, "why.reserved") if data.get("reserved") else ""
            return " · ".join(
                part for part in (rule, chosen, near, _spoken(language, "why.speaks", data), reserved) if part
            )
        case Kind.PASSED:
            asked = [str(data[part]) for part in ("to", "outside") if data.get(part)]
            return " · ".join([phrase(language, "why.talked", n=_whole(data, "talk_ms") // 1000), *asked])
        case Kind.LISTENED:
            return f"{_said(language, 'mode', data.get('mode'))} · {data.get('by') or ''}"
        case Kind.MISSED:
            return _said(language, "dial", str(data.get("status") or "").lower())
        case Kind.CALLBACK_ASKED | Kind.CALLBACK_MOVED | Kind.CALLBACK_CLOSED:
            return _said(language, "callback", data.get("state"))
        case Kind.CALLBACK_ORDERED:
            parts = (
                _said(language, "ordered", data.get("verb")),
                str(data.get("by") or ""),
                str(data.get("reason") or ""),
            )
            return " · ".join(part for part in parts if part)
        case _:
            return ""


def bystanders(entry: Entry, language: str, agent: Callable[[str], str]) -> str:
    """The agents who were logged in then and how each stood; `agent`: their names. For the centre's own people."""
    who = entry.data.get("who")
    if not isinstance(who, dict):
        return ""
    told = ", ".join(f"{agent(one)} {_standing(str(how), language)}" for one, how in who.items())
    return phrase(language, "why.who", agents=told)


def heard(attempt: AttemptRow, language: str) -> str:
    """How a campaign's attempt came out, and who answered as far as that was listened for."""
    outcome = phrase(language, f"attempt.{attempt.outcome}") if attempt.outcome else "–"
    told = phrase(language, "machines.attempt", n=attempt.try_, outcome=outcome)
    if attempt.heard is None:
        return told
    verdict = phrase(language, f"machines.verdict_{attempt.heard}")
    seconds = f"{(attempt.heard_ms or 0) / 1000:.1f}"
    listened = phrase(language, "machines.heard", verdict=verdict, cause=attempt.heard_cause or "–", s=seconds)
    return f"{told} · {listened}"


def _states(agents: Mapping[str, Json], language: str) -> str:
    counted = [f"{_said(language, 'state', state)} {n}" for state, n in sorted(agents.items())]
    return ", ".join(counted) or phrase(language, "why.nobody")


def _standing(how: str, language: str) -> str:
    state, _, why = how.partition(":")
    return " · ".join(filter(None, (_said(language, "state", state), _said(language, "pause", why))))


def _spoken(language: str, key: str, data: Mapping[str, Json]) -> str:
    """What is said of the caller's language, when the entry tells one."""
    return phrase(language, key, spoken=_said(language, "language", data["language"])) if data.get("language") else ""


def _stretched(language: str, times: Json) -> str:
    """That the group's ladder was shorter or longer than it is written."""
    if not isinstance(times, int | float):
        return ""
    if times == 0:
        return phrase(language, "why.at_once")
    return phrase(language, "why.behind" if times < 1 else "why.ahead", times=f"{times:g}")


def _said(language: str, section: str, slug: Json) -> str:
    """The words for a slug; one that a newer engine wrote stands for itself."""
    key = f"{section}.{slug}"
    return phrase(language, key) if key in CATALOGUE[language] else str(slug or "")


def _whole(data: Mapping[str, Json], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0
