# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What an openrc.sh sets, read without running it.

Only assignments count. What hangs on shell code (a condition, a command's output, a prompt) is not known, and is told
with its line and without its text, which may hold a secret.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import OrderError
from .shell_words import Command, Word, commands_in

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_NAME = re.compile(r"[A-Za-z_]\w*")
_SETTERS = frozenset({"export", "declare", "typeset", "readonly", "local"})
_HARMLESS = frozenset({"echo", "printf", "set", "shopt", "true", ":"})
_CLOSERS = {
    **{"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done", "select": "done"},
    **{"{": "}", "(": ")"},
}
_LEADS = frozenset({"then", "else", "elif", "do", "!"})
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Why the value of a variable is not known, as the second half of a sentence."""

    why: str


Value: t.TypeAlias = "str | Untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The variables that are set at the end of the script, and the lines of code that were left out."""

    values: t.Mapping[str, Value]
    code: tuple[int, ...] = ()


def variables_in(text: str, where: str) -> Variables:
    """What a script sets; ``where`` it stands is told of one that sets nothing for OpenStack."""
    reader = _Reader()
    for command in commands_in(text.removeprefix("\ufeff"), where):
        reader.take(command)
    if not any(name.startswith("OS_") for name in reader.values):
        raise OrderError(
            f"{where}: it sets no variable of OpenStack (export OS_AUTH_URL=... and so on); give the openrc.sh that "
            "the provider's dashboard offers for download"
        )
    return Variables(values=reader.values, code=tuple(dict.fromkeys(reader.code)))


def code_warning(found: Variables, where: str) -> str:
    """What to tell of the code that was left out; empty where there was none."""
    if not found.code:
        return ""
    lines = ", ".join(map(str, found.code[:_SHOWN])) + (" and more" if len(found.code) > _SHOWN else "")
    return f"{where}, line {lines}: shell code there was not run and is left out; only plain assignments are read"


@dataclass(slots=True)
class _Reader:
    values: dict[str, Value] = field(default_factory=dict)
    code: list[int] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    idiom: tuple[str, str] = ("", "")

    def take(self, command: Command) -> None:
        if self._is_idiom(command):
            return
        words = self._nest(command)
        if self.open or command.joined or len(words) != len(command.words):
            self._hang(command, words)
        else:
            self._run(command, words)

    def _is_idiom(self, command: Command) -> bool:
        """Whether this is a part of ``if [ -z "$X" ]; then unset X; fi``, which does nothing: empty is not set here."""
        bare = [each.bare for each in command.words]
        step, name = self.idiom
        self.idiom = ("", "")
        if step == "fi" and bare == ["fi"]:
            return True
        following = {
            ("then", ("then",)): "unset",
            ("then", ("then", "unset", name)): "fi",
            ("unset", ("unset", name)): "fi",
        }
        if (step, tuple(bare)) in following:
            self.idiom = (following[step, tuple(bare)], name)
        elif not command.joined and bare[:3] == ["if", "[", "-z"] and bare[4:] == ["]"]:
            name = next((each.text for each in command.words[3].parts if each.variable), "")
            self.idiom = ("then", name) if name else ("", "")
        elif step:
            self.open.append("fi")
        return bool(self.idiom[0])

    def _nest(self, command: Command) -> tuple[Word, ...]:
        """Keep account of what is open, and give what is left without keywords."""
        words = command.words
        while words and (words[0].bare in _LEADS or words[0].bare in _CLOSERS or words[0].bare in self.open[-1:]):
            self._open_or_close(words[0].bare)
            words = words[1:]
        for each in words:
            if each.bare in ("{", "}", "(", ")"):
                self._open_or_close(each.bare)
        return words

    def _open_or_close(self, word: str) -> None:
        if self.open and word == self.open[-1]:
            self.open.pop()
        elif word in _CLOSERS:
            self.open.append(_CLOSERS[word])

    def _hang(self, command: Command, words: t.Sequence[Word]) -> None:
        """What is set here is set only if the code says so."""
        self.code.append(command.line)
        for name in self._named(words):
            self.values[name] = Untold(why=f"hangs on shell code in line {command.line}, which is not run")

    def _named(self, words: t.Sequence[Word]) -> t.Iterator[str]:
        for each in words:
            text = each.parts[0].text if each.parts and not each.parts[0].variable else ""
            found = _ASSIGNMENT.match(text) or _NAME.fullmatch(text)
            if found and (text in self.values or "=" in found.group()):
                yield found.group().rstrip("=")

    def _run(self, command: Command, words: t.Sequence[Word]) -> None:
        verb = words[0].bare
        if verb in _SETTERS or all(map(_is_assignment, words)):
            for each in filter(_is_assignment, words):
                self._assign(each, command.line)
        elif verb == "unset":
            for each in words[1:]:
                self.values.pop(each.bare, None)
        elif verb == "read":
            self._ask(words[1:], command.line)
        elif verb not in _HARMLESS or any(each.code for each in words):
            self._hang(command, words)

    def _ask(self, words: t.Sequence[Word], line: int) -> None:
        last = words[-1].bare if words else ""
        name = last if _NAME.fullmatch(last) else "REPLY"
        self.values[name] = Untold(why=f"is asked for at a prompt (line {line})")

    def _assign(self, word: Word, line: int) -> None:
        name, _sign, rest = word.parts[0].text.partition("=")
        if word.code:
            self.values[name] = Untold(why=f"is what a command would tell (line {line}), which is not run")
            return
        pieces: list[Value] = [rest]
        for part in word.parts[1:]:
            unset = Untold(why=f"is taken from ${part.text} (line {line}), which the file does not set")
            pieces.append(self.values.get(part.text, unset) if part.variable else part.text)
        untold = next((each for each in pieces if isinstance(each, Untold)), None)
        self.values[name] = untold or "".join(each for each in pieces if isinstance(each, str))


def _is_assignment(word: Word) -> bool:
    return bool(word.parts and not word.parts[0].variable and _ASSIGNMENT.match(word.parts[0].text))
