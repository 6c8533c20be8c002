"""`callcenter call`: one call, explained; a day's decisions, decided again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.replay import Replay
from callcenter.calls.standing import STANDING_EVERY_MS
from callcenter.centre import Centre, read_centre
from callcenter.cli import replay_text
from callcenter.cli.asking import ask, local, start, stop
from callcenter.config.versions import Versions
from callcenter.store.attempts import Attempts
from callcenter.store.events import distribution_of, events_of
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span, day_span
from callcenter.web.explanation import bystanders, heard, reason
from callcenter.web.pages import Naming
from callcenter.web.words import LANGUAGES, phrase

app = typer.Typer(no_args_is_help=True, help="One call, explained; a day's decisions, decided again.")

LanguageOption = Annotated[str, typer.Option("--lang", help="ko or en.")]
#: The last state of the distribution before a day's beginning is never older.
_BEFORE_MS = STANDING_EVERY_MS


@app.callback()
def about() -> None:
    """One call, explained; a day's decisions, decided again."""


@app.command()
def explain(
    call: Annotated[str, typer.Argument(help="The call's id.")],
    language: LanguageOption = LANGUAGES[0],
) -> None:
    """Why a call went where it went: each step with the rule that made it. Holds no caller's data."""
    centre, settings = start()
    _check(language)
    name = Naming(centre, language)

    async def told(session: AsyncSession) -> list[str] | None:
        record = await Records(session, WholeCentre()).get(call)
        attempt = await Attempts(session, WholeCentre()).of_call(call)
        # A campaign's call has a record only once it was handed to an agent.
        lines = [f"{local(attempt.at, centre.zone, milliseconds=True)}  {heard(attempt, language)}"] if attempt else []
        if record is None:
            return lines or None
        for entry in await events_of(session, record):
            about = [phrase(language, f"event.{entry.kind.replace('.', '_')}")]
            if isinstance(group := entry.data.get("group"), str):
                about.append(name.group(group))
            if entry.agent:
                about.append(name.agent(entry.agent))
            about += [reason(entry, language), bystanders(entry, language, name.agent)]
            if passed_over := entry.data.get("passed_over"):
                about.append(f"{phrase(language, 'why.passed_over')} {passed_over}")
            lines.append("  ".join([local(entry.at, centre.zone, milliseconds=True), *filter(None, about)]))
        return lines

    lines = ask(settings, told)
    if lines is None:
        stop(f"no call '{call}'")
    print("\n".join(lines))


@app.command()
def replay(
    day: Annotated[str, typer.Option("--date", help="Such as 2026-11-23, in the centre's time zone.")],
    language: LanguageOption = LANGUAGES[0],
) -> None:
    """Decide a day's calls again from the journal, by the rules of now. Exit code 1: some are decided otherwise."""
    centre, settings = start()
    _check(language)
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        stop(f"--date: expected a day such as 2026-11-23, not '{day}'")
    span, versions = day_span(chosen, centre.zone), Versions(settings.centre)

    def described(number: int) -> Centre | None:
        version = versions.get(number)
        return read_centre(version.text)[0] if version else None

    async def replayed(session: AsyncSession) -> Replay:
        again = Replay(described, span.since)
        async for entry in distribution_of(session, Span(span.since - _BEFORE_MS, span.until)):
            again.take(entry)
        again.end()
        return again

    found = ask(settings, replayed)
    print(replay_text.as_text(found, chosen, Naming(centre, language), centre.zone, language), end="")
    raise typer.Exit(1 if found.differences else 0)


def _check(language: str) -> None:
    if language not in LANGUAGES:
        stop(f"--lang: expected one of {', '.join(LANGUAGES)}, not '{language}'")
