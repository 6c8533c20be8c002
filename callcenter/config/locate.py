"""Where in a TOML text each value stands: `tomllib` gives the values, and people want to be told the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

#: Keys and list places that lead to a value, as pydantic names them: ("agent", 3, "groups", 0).
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^,\]}\s#]+(?: [0-9][^,\]}\s#]*)?")


def lines(text: str) -> dict[Path, int]:
    """The line of every table, list element and value of a valid TOML text; what stands more than once counts last."""
    return _Reader(text).read()


def blocks(text: str) -> dict[Path, tuple[int, int]]:
    """The first and last line of every table that has a header, tables within it included, of a valid TOML text.

    Comments and blank lines after the last value belong to what follows.
    """
    reader = _Reader(text)
    reader.read()
    return reader.blocks


def line_of(found: Mapping[Path, int], path: Path) -> int:
    """The line of this value, or of the nearest part around it that is there; 1 for the whole file."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


class _Reader:
    """Goes through the text once. It need not find mistakes: `tomllib` has accepted the text before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._found: dict[Path, int] = {}
        self._lists: dict[Path, int] = {}
        self.blocks: dict[Path, tuple[int, int]] = {}

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip() < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
                self.blocks[table] = (self._found[table], self._found[table])
            else:
                self._pair(table)
            self._reaches(table)
        return self._found

    def _reaches(self, table: Path) -> None:
        """The table, and whatever it lies in, goes on to the line that was just read."""
        last = 1 + self._text.count("\n", 0, self._at)
        for n in range(1, len(table) + 1):
            if around := self.blocks.get(table[:n]):
                self.blocks[table[:n]] = (around[0], max(last, around[1]))

    def _skip(self) -> int:
        self._at = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr]
        return self._at

    def _take(self, sign: str) -> bool:
        self._skip()
        if self._text.startswith(sign, self._at):
            self._at += len(sign)
            return True
        return False

    def _here(self, path: Path) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self._found[path] = self._line

    def _header(self) -> Path:
        begin, self._at = self._at, self._at + 1
        listed = self._take("[")
        path = self._key(())
        if listed:
            self._lists[path] = self._lists.get(path, -1) + 1
            path = (*path, self._lists[path])
        self._at, end = begin, self._at
        self._here(path)
        self._at = end
        self._take("]")
        if listed:
            self._take("]")
        return path

    def _key(self, table: Path) -> Path:
        """The dotted key; on the way a list of tables stands for its last element."""
        path = table
        while True:
            if path in self._lists:
                path = (*path, self._lists[path])
            self._skip()
            quoted = _STRING.match(self._text, self._at)
            found = quoted or _BARE.match(self._text, self._at)
            assert found
            word = str(tomllib.loads(f"x = {found[0]}")["x"]) if quoted else found[0]
            self._at = found.end()
            path = (*path, word)
            if not self._take("."):
                return path

    def _pair(self, table: Path) -> None:
        self._skip()
        begin = self._at
        path = self._key(table)
        end, self._at = self._at, begin
        self._here(path)
        self._at = end
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            number = 0
            while not self._take("]"):
                self._skip()
                self._here((*path, number))
                self._value((*path, number))
                self._take(",")
                number += 1
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            found = _STRING.match(self._text, self._at) or _OTHER.match(self._text, self._at)
            assert found
            self._at = found.end()
