"""Whole tables put into a TOML text and taken out of it, as lines: whatever else stands there stays as it was. Pure."""

from __future__ import annotations

from callcenter.config.locate import Path, blocks


def with_block(text: str, block: str, place: Path, *, before: bool = False) -> str:
    """The block after (or `before`) this table and its comments, a blank line between. `KeyError`: it has no header."""
    first, last = blocks(text)[place]
    lines = text.split("\n")
    own = block.rstrip("\n").split("\n")
    if before:
        at = first - 1
        while at and _comment(lines[at - 1]):
            at -= 1
        return "\n".join([*lines[:at], *own, "", *lines[at:]])
    at = last
    while at < len(lines) and _comment(lines[at]):
        at += 1
    if at < len(lines) and lines[at].strip():
        # The comment belongs to the table that follows.
        at = last
    return "\n".join([*lines[:at], "", *own, *(lines[at:] or [""])])


def without_block(text: str, place: Path) -> str:
    """Without the lines of this table; comments before it and after it stay. `KeyError`: it has no header."""
    first, last = blocks(text)[place]
    lines = text.split("\n")
    head, rest = lines[: first - 1], lines[last:]
    if head and rest and not head[-1].strip() and not rest[0].strip():
        # The blank lines before it and after it are one now.
        rest = rest[1:]
    return "\n".join([*head, *rest])


def _comment(line: str) -> bool:
    return line.lstrip().startswith("#")
