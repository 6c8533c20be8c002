"""The forms of when calls are taken: a week's hours, a single day, a closing out of turn."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callcenter.centre import Centre
from callcenter.config.edit import Whose, with_at_closing, with_closing, with_day, with_week
from callcenter.config.locate import Path
from callcenter.hours import Hours
from callcenter.web.configuration.fields import Changed, Filled, Form, as_typed, typed

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What a single day may be.
HOWS = ("closed", "times", "usual")
#: For how long one closes out of turn unless one says so.
_SHUT = timedelta(hours=1)


def hours_of(centre: Centre, whose: Whose) -> Hours:
    """The opening times of the centre, or of this company or group, which has its own or the centre's. `KeyError`."""
    parts = {("company", one.id): one.hours for one in centre.company}
    parts |= {("group", one.id): one.hours for one in centre.group}
    return (parts[whose] if whose else None) or centre.hours


@dataclass(frozen=True)
class _HoursForm(Form):
    centre: Centre
    whose: Whose

    @property
    def _query(self) -> str:
        return "?" + "=".join(self.whose) if self.whose else ""

    @property
    def address(self) -> str:
        """Where it is opened."""
        return f"/configuration/hours{self._query}"

    @property
    def hours(self) -> Hours:
        """As the centre is."""
        return hours_of(self.centre, self.whose)

    @property
    def _place(self) -> Path:
        return (*(self.whose or ()), "hours")


class WeekForm(_HoursForm):
    """A week's opening times, and what becomes of who still waits at their end."""

    template = "week"

    @property
    def closes(self) -> bool:
        """Whether it is said here what becomes of who still waits."""
        return self.whose is None or self.whose[0] == "group"

    def filled(self) -> Filled:
        """As the centre is."""
        values: dict[str, object] = {day: getattr(self.hours, day) for day in DAYS}
        if self.whose is None:
            values["at_closing"] = self.centre.waiting.at_closing
        elif self.closes:
            values["at_closing"] = next(one.at_closing for one in self.centre.group if one.id == self.whose[1])
        return as_typed(values)

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        text = with_week(text, self.whose, {day: typed(sent, day).replace(" ", "") for day in DAYS})
        fields: dict[Path, str] = {(*self._place, day): day for day in DAYS}
        if self.closes:
            text = with_at_closing(text, self.whose[1] if self.whose else "", typed(sent, "at_closing"))
            fields[*(self.whose or ("waiting",)), "at_closing"] = "at_closing"
        return Changed(text=text, fields=fields)


@dataclass(frozen=True)
class DayForm(_HoursForm):
    """A single day: closed, open at other times, or as the week says again."""

    today: date
    template = "day"
    first = "day"

    @property
    def action(self) -> str:
        """Where it is sent."""
        return f"/configuration/day{self._query}"

    def filled(self) -> Filled:
        """As the centre is."""
        return {"day": f"{self.today}", "how": HOWS[0]}

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        day = typed(sent, "day")
        spans = {"closed": "", "times": typed(sent, "spans").replace(" ", "")}.get(typed(sent, "how"))
        # A day that is none is kept as it was typed, with times or without, to be told as a mistake.
        written = spans if _is_day(day) else ""
        fields: dict[Path, str] = {(*self._place, "days", day): "spans" if _is_day(day) else "day"}
        return Changed(text=with_day(text, self.whose, day, written), fields=fields)


def _is_day(said: str) -> bool:
    try:
        return f"{date.fromisoformat(said)}" == said
    except ValueError:
        return False


@dataclass(frozen=True)
class ClosingForm(Form):
    """A closing out of turn, from this local minute on."""

    now: datetime
    #: What is closed unless somebody chooses otherwise.
    whose: Whose = None
    template = "closing"
    first = "until"
    prefix = "closing_"

    @property
    def address(self) -> str:
        """Where it is opened."""
        return "/configuration"

    @property
    def action(self) -> str:
        """Where it is sent."""
        return "/configuration/closing"

    @property
    def earliest(self) -> str:
        """The first end that there may be, as the field wants it."""
        return f"{self.now:%Y-%m-%dT%H:%M}"

    def filled(self) -> Filled:
        """As the centre is."""
        return {"of": ":".join(self.whose or ()), "until": f"{self.now + _SHUT:%Y-%m-%dT%H:%M}"}

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        table, _, slug = typed(sent, "of").partition(":")
        of = {table: slug} if slug else {}
        said = typed(sent, "until")
        try:
            until: datetime | str = datetime.fromisoformat(said).replace(tzinfo=None)
        except ValueError:
            until = said
        span = {"since": self.now.replace(second=0, microsecond=0, tzinfo=None), "until": until}
        more = {key: typed(sent, key) for key in ("at_closing", "say", "say_en")}
        text = with_closing(text, {**of, **span, **more})
        place: Path = ("closing", len(tomllib.loads(text)["closing"]) - 1)
        fields: dict[Path, str] = {(*place, table): "of"} if slug else {}
        fields |= {(*place, key): key for key in ("until", "at_closing", "say", "say_en")}
        return Changed(text=text, fields=fields)
