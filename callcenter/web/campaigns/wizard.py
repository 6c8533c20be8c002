"""The form of a new campaign: what was sent becomes a plan, or every mistake is named and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.form import Form
from callcenter.campaigns.plan import Again, Enough, Plan
from callcenter.hours import Hours
from callcenter.web.words import Gap, phrase

#: Outcomes after which somebody may be tried again; whoever asked to be called at a time is called then.
AGAIN = (
    *(Outcome.BUSY, Outcome.NO_ANSWER, Outcome.FAILED, Outcome.MACHINE, Outcome.PARTIAL, Outcome.BREAK_OFF),
    *(Outcome.ABANDONED, Outcome.UNCERTAIN),
)
#: Rows of quotas on the page.
QUOTAS = 6
#: Name of a field → the least and the most that it takes.
NUMBERS = {"ring_s": (15, 60), "most_a_day": (1, 20), "most_in_30_days": (1, 100)}
_AFTER, _MOST, _ENOUGH = (1, 60 * 24 * 30), (0, 10), (1, 1_000_000)


def sent_of(plan: Plan) -> dict[str, str]:
    """A plan as the page's fields."""
    sent = {
        "weekdays": plan.hours.mon,
        "saturday": plan.hours.sat,
        "sunday": plan.hours.sun,
        "first": plan.first.isoformat() if plan.first else "",
        "last": plan.last.isoformat() if plan.last else "",
        "yields_over_s": str(plan.yields_over_s or ""),
        "ceiling_percent": f"{plan.ceiling_percent:g}",
        "machines": "true" if plan.machines else "",
        **{name: str(getattr(plan, name)) for name in NUMBERS},
    }
    for outcome in AGAIN:
        again = plan.retries.get(outcome)
        sent[f"after_{outcome}"] = str(again.after_min) if again else ""
        sent[f"most_{outcome}"] = str(again.most) if again else "0"
    return sent


@dataclass(slots=True)
class Wizard:
    """What was sent, and all that is wrong with it, in the reader's language."""

    sent: Mapping[str, str]
    language: str
    problems: list[str] = field(default_factory=list)

    def problem(self, key: str, **gaps: Gap) -> None:
        """Name a mistake."""
        self.problems.append(phrase(self.language, f"wizard.{key}", **gaps))

    def plan(self, form: Form | None) -> Plan:
        """The plan; a field that was not sent is as it is in a new plan. Worth nothing while there are problems."""
        given = {**sent_of(Plan()), **self.sent}
        first, last = self._day(given, "first"), self._day(given, "last")
        if first and last and last < first:
            self.problem("days")
        day, month = (self._whole(given, name, NUMBERS[name]) for name in ("most_a_day", "most_in_30_days"))
        if month < day:
            self.problem("caps_order")
        return Plan(
            hours=self._hours(given),
            first=first,
            last=last,
            ring_s=self._whole(given, "ring_s", NUMBERS["ring_s"]),
            yields_over_s=self._whole(given, "yields_over_s", (1, 3600)) if given["yields_over_s"] else None,
            ceiling_percent=self._percent(given),
            machines=given["machines"] == "true",
            most_a_day=day,
            most_in_30_days=month,
            retries=self._retries(given),
            quotas=tuple(self._quotas(given, form)),
        )

    def _label(self, name: str) -> str:
        return phrase(self.language, f"wizard.{name}")

    def _whole(self, given: Mapping[str, str], name: str, span: tuple[int, int], label: str = "") -> int:
        text = given[name].strip()
        if text.isascii() and text.isdecimal() and len(text) < 9 and span[0] <= int(text) <= span[1]:
            return int(text)
        self.problem("number", field=label or self._label(name), low=span[0], high=span[1])
        return span[0]

    def _percent(self, given: Mapping[str, str]) -> float:
        try:
            value = float(given["ceiling_percent"])
        except ValueError:
            value = 0.0
        if not 0 < value <= 10:
            self.problem("percent")
            return 3.0
        return value

    def _day(self, given: Mapping[str, str], name: str) -> date | None:
        try:
            return date.fromisoformat(given[name]) if given[name] else None
        except ValueError:
            self.problem("day")
            return None

    def _hours(self, given: Mapping[str, str]) -> Hours:
        week = {day: given["weekdays"].strip() for day in ("mon", "tue", "wed", "thu", "fri")}
        try:
            return Hours(**week, sat=given["saturday"].strip(), sun=given["sunday"].strip())
        except ValidationError:
            self.problem("hours")
            return Hours()

    def _retries(self, given: Mapping[str, str]) -> dict[Outcome, Again]:
        found = {}
        for outcome in AGAIN:
            label = phrase(self.language, f"attempt.{outcome}")
            most = self._whole(given, f"most_{outcome}", _MOST, f"{label} · {self._label('most')}")
            if most:
                after = self._whole(given, f"after_{outcome}", _AFTER, f"{label} · {self._label('after')}")
                found[outcome] = Again(after_min=after, most=most)
        return found

    def _quotas(self, given: Mapping[str, str], form: Form | None) -> Iterable[Enough]:
        for row in range(QUOTAS):
            segment, question, answer, most = (
                given.get(f"quota_{name}_{row}", "").strip() for name in ("segment", "question", "answer", "most")
            )
            if not any((segment, question, answer, most)):
                continue
            count = self._whole({"most": most}, "most", _ENOUGH, phrase(self.language, "wizard.quota", n=row + 1))
            quota = Enough(most=count, segment=segment, question=question, answer=answer)
            if form is not None and not quota.fits(form):
                asked = form.get(question) if question else None
                if asked is None:
                    ids = ", ".join(one.id for one in form.question if one.possible())
                    self.problem("quota_question", n=row + 1, known=ids)
                else:
                    possible = asked.possible()
                    known = f"{possible[0]}–{possible[-1]}" if isinstance(possible, range) else ", ".join(possible)
                    self.problem("quota_answer", n=row + 1, question=question, known=known or "–")
            yield quota
