"""Pages: one Jinja environment over the templates of every audience, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from billing import statement_forms, statement_words
from billing.opening import line_calls, line_key
from callcenter.centre import Centre, Names
from callcenter.config.words import label
from callcenter.web import formats
from callcenter.web.explanation import bystanders, heard, reason
from callcenter.web.navigation import navigation
from callcenter.web.people import Person
from callcenter.web.sessions import COOKIE, form_token
from callcenter.web.words import CATALOGUE, LANGUAGES, phrase, preferred_language

LANGUAGE_COOKIE = "cc_language"

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(["html", "svg"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    telephone=formats.telephone,
    masked=formats.masked_telephone,
    duration=formats.duration,
    duration_ms=formats.duration_ms,
    moment=formats.moment,
    day=formats.day,
    clock=formats.clock,
    percent=formats.percent,
    whole=formats.whole,
    from_ms=formats.from_ms,
    reason=reason,
    bystanders=bystanders,
    heard=heard,
    value_words=lambda value, language: label(language, "value", value),
    key_words=lambda key, language: label(language, "key", key),
    json=lambda value: orjson.dumps(value).decode(),
)
#: `known_words` tells a template whether a slug from another process has a phrase.
_environment.globals.update(languages=LANGUAGES, known_words=frozenset(CATALOGUE[LANGUAGES[0]]))
# The words of a statement are billing's own, so that a page, a PDF and a file name a line alike.
_environment.globals.update(
    line_label=statement_words.label,
    line_quantity=statement_words.quantity,
    line_amount=statement_words.amount,
    line_key=line_key,
    line_calls=line_calls,
    outcome_words=statement_forms.outcome,
)


class Naming:
    """Names of companies, groups and agents in one language; an id that the centre forgot stands for itself."""

    def __init__(self, centre: Centre, language: str) -> None:
        self._language = language
        self._centre = centre
        self._companies: dict[str, Names] = {c.id: c for c in centre.company}
        self._groups: dict[str, Names] = {g.id: g for g in centre.group}
        self._agents: dict[str, Names] = {a.id: a for a in centre.agent}

    def _name(self, names: dict[str, Names], slug: str | None) -> str:
        if slug is None:
            return formats.NOTHING
        if (found := names.get(slug)) is None:
            return slug
        return found.name if self._language == "ko" else found.name_en

    @property
    def centre(self) -> str:
        """The centre's own name."""
        return self._centre.name if self._language == "ko" else self._centre.name_en

    def company(self, slug: str | None) -> str:
        """A company's name."""
        return self._name(self._companies, slug)

    def by_company(self, things: Iterable[Any], at: str = "") -> list[Any]:
        """Companies, or things that have one (`at`: the attribute that names it, such as `told.company`), in the order
        in which one looks companies up in this language.
        """
        slug = attrgetter(at) if at else str
        return sorted(things, key=lambda one: formats.looked_up(self.company(slug(one))))

    def group(self, slug: str | None) -> str:
        """A group's name, which is its category's."""
        return self._name(self._groups, slug)

    def agent(self, slug: str | None) -> str:
        """An agent's name."""
        return self._name(self._agents, slug)


def language_of(request: Request) -> str:
    """The language this reader chose, else the one their browser prefers."""
    person: Person | None = getattr(request.state, "person", None)
    if person is not None:
        return person.language
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))


def fill(template: str, *, centre: Centre, language: str, **context: Any) -> str:
    """A template filled in one language, for pages and for what is pushed into them."""
    return _environment.get_template(template).render(
        t=partial(phrase, language),
        language=language,
        centre=centre,
        name=Naming(centre, language),
        **context,
    )


def render(request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a part of one, for whoever asks."""
    person: Person | None = getattr(request.state, "person", None)
    token = request.cookies.get(COOKIE, "")
    html = fill(
        template,
        centre=request.app.state.services.centre,
        language=language_of(request),
        person=person,
        navigation=navigation(person, request.url.path),
        todo=getattr(request.state, "todo", {}),
        path=request.url.path,
        form_token=form_token(token) if token else "",
        **context,
    )
    return HTMLResponse(html, status_code=status_code)
