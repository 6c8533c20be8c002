"""The town's people: how many for each category, who else's calls they take, when they are on the phone.

The same people serve under every policy. All times are whole milliseconds since midnight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from routing.acd import Skill
from routing.day import Agent

HOUR = 3_600_000
QUARTER = HOUR // 4
OPEN, CLOSE = 9 * HOUR, 18 * HOUR
#: One quarter-hour in so many is not on the phone: rest, training, tickets and mail (assumed).
OFF_PHONE = 4
#: Quarter-hours after opening at which lunch hours begin, 11:45 to 13:30 (assumed).
LUNCHES = (11, 13, 15, 17, 18)
#: Those at which peak-time agents come for four hours, 10:00 and 12:30 (assumed).
PEAK_TIMES = (4, 14)
#: The share of the agents who are on the phone in a busy hour under this roster.
ON_PHONE = 0.62


def staff(
    families: Sequence[Sequence[str]],
    similar: Mapping[str, Sequence[str]],
    erlangs: Mapping[str, float],
    count: int,
) -> tuple[Agent, ...]:
    """So many agents for the groups' load in the busiest hour, by the square-root rule: small groups get more for it.

    Each has the own group, every other one a second one of the family as well; these go round the family, so that no
    group depends on one other. Besides, each stands in ring n + 1 around the groups whose n-th similar group is an own
    one, as `callcenter.calls.skills` has it.
    """
    offered = {group: load / ON_PHONE for group, load in erlangs.items()}
    roots = {group: sqrt(load) for group, load in offered.items()}
    safety = max(0.0, count - sum(offered.values())) / sum(roots.values())
    wanted = {group: offered[group] + safety * roots[group] for group in offered}
    scale = count / sum(wanted.values())
    sizes = {group: int(size * scale) for group, size in wanted.items()}
    for group in sorted(sizes, key=lambda group: sizes[group] - wanted[group] * scale)[: count - sum(sizes.values())]:
        sizes[group] += 1
    # Nobody's calls are left to other groups alone.
    for group in [group for group, size in sizes.items() if not size]:
        sizes[max(sizes, key=sizes.__getitem__)] -= 1
        sizes[group] = 1
    made: list[Agent] = []
    for family in families:
        for place, group in enumerate(family):
            others = [*family[place + 1 :], *family[:place]]
            for n in range(sizes[group]):
                own = (group,) if n % 2 else (group, others[n % len(others)])
                made.append(Agent(id=f"{group}-{n + 1}", skills=_skills(own, similar), shifts=_shifts(len(made))))
    return tuple(made)


def _skills(own: Sequence[str], similar: Mapping[str, Sequence[str]]) -> tuple[Skill, ...]:
    skills = [Skill(group) for group in own]
    for group, others in similar.items():
        near = next((n for n, other in enumerate(others) if other in own), None)
        if group not in own and near is not None:
            skills.append(Skill(group, ring=near + 2, level=near + 2))
    return tuple(skills)


def _shifts(n: int) -> tuple[tuple[int, int], ...]:
    """The roster of the n-th agent: two of three are there all day with an hour's lunch, the third for four hours.

    Neighbours in the list are colleagues: they neither lunch nor rest at the same time.
    """
    if n % 3 == 2:
        start, rest = PEAK_TIMES[n // 3 % len(PEAK_TIMES)], n // 6
        quarters = list(range(start, start + 16))
    else:
        rest = n // 3 * 2 + n % 3
        lunch = LUNCHES[rest % len(LUNCHES)]
        quarters = [q for q in range((CLOSE - OPEN) // QUARTER) if not lunch <= q < lunch + 4]
    shifts: list[tuple[int, int]] = []
    for q in quarters:
        if (q + rest) % OFF_PHONE == 0:
            continue
        start, stop = OPEN + q * QUARTER, OPEN + (q + 1) * QUARTER
        if shifts and shifts[-1][1] == start:
            start = shifts.pop()[0]
        shifts.append((start, stop))
    # Whoever is there at the end stays until the last callers are served.
    if shifts[-1][1] == CLOSE:
        shifts[-1] = (shifts[-1][0], CLOSE + QUARTER)
    return tuple(shifts)
