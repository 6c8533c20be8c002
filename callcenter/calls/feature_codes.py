"""What an agent asks for by dialling a code on the phone: *45 on and off line, *46 ready and paused.

*47 passes on the call that is on hold: to a group by its two-digit place in the centre's file, or to a colleague.
"""

from __future__ import annotations

from callcenter.agents.presence import CHOSEN_BY_PEOPLE, Presence, State
from callcenter.calls.staff import Staff


def passing_target(staff: Staff, code: str) -> str | None:
    """Where the call shall be passed on to, in the words of `passing_on.PassingOn.asked`; None: another code."""
    if not code.startswith("*47"):
        return None
    who = code.removeprefix("*47")
    place = int(who) - 1 if who.isdecimal() and len(who) == 2 else -1
    groups = staff.groups
    return f"group:{groups[place]}" if 0 <= place < len(groups) else f"agent:{who}"


def dialled(staff: Staff, presence: Presence, code: str, now: int) -> str:
    """Do what the code says; the prompt that tells the agent what became of it."""
    if code == "*45":
        code = "*451" if presence.state is State.OFFLINE else "*450"
    elif code == "*46":
        code = "*460" if presence.state is State.PAUSED else "*461"
    match code:
        case "*451":
            staff.ask(presence.id, "login", None, "phone", now)
            refused, said = staff.ask(presence.id, "ready", None, "phone", now), "agent-logged-in"
        case "*450":
            refused, said = staff.ask(presence.id, "logout", None, "phone", now), "agent-logged-out"
        case "*460":
            refused, said = staff.ask(presence.id, "ready", None, "phone", now), "agent-ready"
        case _ if code[:-1] == "*46" and code[-1] in "123456":
            reason = CHOSEN_BY_PEOPLE[int(code[-1]) - 1]
            refused, said = staff.ask(presence.id, "pause", reason, "phone", now), "agent-paused"
        case _:
            refused, said = "unknown_verb", ""
    return "agent-refused" if refused else said
