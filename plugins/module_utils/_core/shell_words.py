# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Reading a shell script without running it: its commands as words, and what in them only a shell could tell.

It knows quotes, escapes, comments and plain variables. What it does not know it marks as code; it never guesses.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._errors import OrderError

_BACKTICKS = r"`(?:[^`\\]|\\[\s\S])*`"
_DOLLARS = r"""
    (?P<variable> \$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))
  | (?P<nested> \$[({])
  | (?P<special> \$[@*\#?!$0-9-])
  | (?P<dollar> \$)
"""
_OUTSIDE = re.compile(
    rf"""
    (?P<continued> \\\n)
  | (?P<escaped> \\[\s\S])
  | (?P<single> '[^']*')
  | (?P<ansi> \$'(?:[^'\\]|\\[\s\S])*')
  | {_DOLLARS}
  | (?P<code> {_BACKTICKS})
  | (?P<double> ")
  | (?P<hash> \#)
  | (?P<line> \n)
  | (?P<separator> ;+)
  | (?P<here> <<)
  | (?P<joiner> [|&<>]+)
  | (?P<bracket> [()])
  | (?P<blank> [^\S\n]+)
  | (?P<plain> [^\s\\'"$`\#;|&<>()]+)
    """,
    re.VERBOSE | re.ASCII,
)
_INSIDE = re.compile(
    rf"""
    (?P<continued> \\\n)
  | (?P<escaped> \\[$`"\\])
  | {_DOLLARS}
  | (?P<code> {_BACKTICKS})
  | (?P<closed> ")
  | (?P<plain> [^"$`\\]+ | \\(?=[^$`"\\\n]))
    """,
    re.VERBOSE | re.ASCII,
)
_CLOSING = {"(": ")", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a word: text, or the name of a variable whose value stands there."""

    text: str
    variable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a shell takes for one word; ``code`` where only running something would tell what it is."""

    parts: tuple[Part, ...]
    quoted: bool = False
    code: bool = False

    @property
    def bare(self) -> str:
        """The word where it stands for itself, as keywords do; else empty."""
        plain = not (self.quoted or self.code or any(each.variable for each in self.parts))
        return "".join(each.text for each in self.parts) if plain else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Words up to the end of a line, or to a semicolon; ``joined`` to others by pipes, redirections, && or ||."""

    words: tuple[Word, ...]
    line: int
    joined: bool = False


def commands_in(text: str, where: str) -> tuple[Command, ...]:
    """The commands of a script; ``where`` it stands is told of one that does not end."""
    lexer = _Lexer(text.replace("\r\n", "\n"), where)
    lexer.read()
    return tuple(lexer.commands)


class _Lexer:
    """Goes through a text once; the word and the command that are begun are kept here until they end."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where, self._at, self._line = text, where, 0, 0
        self._parts: list[Part] = []
        self._words: list[Word] = []
        self._begun = self._quoted = self._code = self._joined = False
        self.commands: list[Command] = []

    def read(self) -> None:
        while self._at < len(self._text):
            kind, found = self._next(_OUTSIDE)
            _HANDLERS[kind](self, found)
        self.end_command(joined=False)

    def _next(self, pattern: re.Pattern[str]) -> tuple[str, str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            self._refuse("a quote is opened and never closed")
        self._at = found.end()
        return str(found.lastgroup), found.group()

    def _refuse(self, what: str) -> t.NoReturn:
        raise OrderError(f"{self._where}, line {self._lines()}: {what}; correct it, or take that part out")

    def _lines(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def end_word(self, _found: str = "") -> None:
        if self._begun:
            self._words.append(Word(parts=tuple(self._parts), quoted=self._quoted, code=self._code))
        self._parts, self._begun, self._quoted, self._code = [], False, False, False

    def end_command(self, *, joined: bool) -> None:
        self.end_word()
        if self._words:
            self.commands.append(Command(words=tuple(self._words), line=self._line, joined=self._joined or joined))
        self._words, self._joined = [], joined

    def end_line(self, _found: str) -> None:
        self.end_command(joined=False)

    def skip(self, _found: str) -> None:
        """Nothing: the line goes on."""

    def add(self, text: str, *, variable: bool = False, code: bool = False) -> None:
        if not self._begun and not self._words:
            self._line = self._lines()
        self._begun = True
        self._code |= code
        self._parts.append(Part(text=text, variable=variable))

    def escaped(self, found: str) -> None:
        self.add(found[1])
        self._quoted = True

    def single(self, found: str) -> None:
        self.add(found[1:-1])
        self._quoted = True

    def double(self, _found: str) -> None:
        self.add("")
        self._quoted = True
        while True:
            kind, found = self._next(_INSIDE)
            if kind == "closed":
                return
            _HANDLERS[kind](self, found)

    def variable(self, found: str) -> None:
        self.add(found.strip("${}"), variable=True)

    def nested(self, found: str) -> None:
        """Skip what stands in brackets. Quotes in it are not looked into: whatever it holds, it is code."""
        opening, depth = found[1], 1
        self.add("", code=True)
        while depth:
            sign = self._text[self._at : self._at + 1]
            if not sign:
                self._refuse("a bracket is opened and never closed")
            depth += {opening: 1, _CLOSING[opening]: -1}.get(sign, 0)
            self._at += 1

    def hash(self, found: str) -> None:
        """A comment where a word could begin, else a letter like any other."""
        if self._begun:
            self.add(found)
            return
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end

    def joiner(self, found: str) -> None:
        """A redirection keeps its command going; pipes and the like end it."""
        if found.strip("<>"):
            self.end_command(joined=True)
        else:
            self.end_word()
            self._joined = True

    def bracket(self, found: str) -> None:
        self.end_word()
        self.add(found)
        self.end_word()

    def here(self, _found: str) -> None:
        self._refuse(
            "a here-document (<<) is shell code that is not run, and what it holds cannot be told from settings"
        )

    def code_only(self, _found: str) -> None:
        self.add("", code=True)


_HANDLERS: dict[str, t.Callable[[_Lexer, str], None]] = {
    "continued": _Lexer.skip,
    "escaped": _Lexer.escaped,
    "single": _Lexer.single,
    "ansi": _Lexer.code_only,
    "variable": _Lexer.variable,
    "nested": _Lexer.nested,
    "special": _Lexer.code_only,
    "dollar": _Lexer.add,
    "code": _Lexer.code_only,
    "double": _Lexer.double,
    "hash": _Lexer.hash,
    "line": _Lexer.end_line,
    "separator": _Lexer.end_line,
    "here": _Lexer.here,
    "joiner": _Lexer.joiner,
    "bracket": _Lexer.bracket,
    "blank": _Lexer.end_word,
    "plain": _Lexer.add,
}
