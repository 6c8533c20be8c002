"""Groups that share agents, staffed together.

Where agents have skills in two groups or more, a shared line performs almost as if everybody could do everything
(Wallace and Whitt 2004), so that groups joined by common agents, however indirectly, are planned as one pool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable


def pools(groups: Iterable[str], agents: Iterable[Collection[str]]) -> tuple[tuple[str, ...], ...]:
    """The pools, and the groups in each, in the order of `groups`; each agent is the collection of its groups.

    A group that nobody serves is a pool of its own. Raises `ValueError` for an agent of a group that is not given.
    """
    ordered = list(groups)
    leader = {group: group for group in ordered}

    def find(group: str) -> str:
        while leader[group] != group:
            leader[group] = group = leader[leader[group]]
        return group

    for served in agents:
        unknown = set(served) - leader.keys()
        if unknown:
            raise ValueError(f"an agent serves {', '.join(sorted(unknown))}; expected only the groups given")
        first, *others = [find(group) for group in served] or [""]
        for other in others:
            leader[find(other)] = find(first)
    found: dict[str, list[str]] = {}
    for group in ordered:
        found.setdefault(find(group), []).append(group)
    return tuple(tuple(pool) for pool in found.values())
