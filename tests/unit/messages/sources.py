# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences that stand in the sources: whatever reads like one, in plugins and in the tasks and templates of roles.

Each is known by a pattern: its own words, with gaps for what a run puts in.
"""

from __future__ import annotations

import ast
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
# Two words side by side, or an option and what is said of it: names, paths and keys have neither.
_PROSE = re.compile(r"[a-z]{2,},? [a-z(]|[a-z]{2,}: [a-z]|[a-z]{2,}; ")
_GAP = re.compile(r"\{\w*\}|\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
# What is not shown: documentation, and the words by which the answers of clouds are known.
_UNSHOWN = {"DOCUMENTATION", "EXAMPLES", "RETURN", "SAYINGS", "BOOT_SAYINGS"}
# What a run says while it works is no message of something wrong; its own tests read it.
_PROGRESS = {"bulletin.py", "_progress.py"}
_TOLD = ("fail_msg", "success_msg", "msg")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the sources, and where it stands."""

    text: str
    place: str

    def is_in(self, told: str) -> bool:
        """Whether a text that a user met holds it."""
        parts = [re.escape(part) for part in _GAP.split(self.text)]
        return re.search("(?s:.*?)".join(parts), told) is not None


def sentences() -> list[Sentence]:
    """All of them, in the order of the files."""
    found = [each for path in sorted((ROOT / "plugins").rglob("*.py")) for each in _of_python(path)]
    for folder in ("roles", "playbooks"):
        found += [each for path in sorted((ROOT / folder).rglob("*.yml")) for each in _of_yaml(path)]
    return found + [each for path in sorted((ROOT / "roles").rglob("*.j2")) for each in _of_template(path)]


def _of_python(path: Path) -> t.Iterator[Sentence]:
    if path.parent.name == "doc_fragments" or path.name in _PROGRESS:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(part) for node in ast.walk(tree) for part in _skipped(node)}
    for node in ast.walk(tree):
        text = "" if id(node) in skipped else _text(node)
        if _PROSE.search(text):
            yield Sentence(text, f"{path.relative_to(ROOT)}:{t.cast('ast.expr', node).lineno}")


def _skipped(node: ast.AST) -> t.Iterator[ast.AST]:
    """What of a node is no sentence of its own."""
    if isinstance(node, ast.Expr):
        yield node.value  # a docstring
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        names = {ast.unparse(each) for each in (node.targets if isinstance(node, ast.Assign) else [node.target])}
        alias = isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).endswith("TypeAlias")
        if (names & _UNSHOWN or alias) and node.value is not None:
            yield from ast.walk(node.value)
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("t.cast", "re.compile"):
        yield node.args[0]
    if isinstance(node, ast.JoinedStr):
        yield from node.values
        for value in node.values:
            if isinstance(value, ast.FormattedValue) and value.format_spec is not None:
                yield from ast.walk(value.format_spec)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_yaml(path: Path) -> t.Iterator[Sentence]:
    """What tasks say when they fail, or show."""
    if path.parent.name == "meta":
        return
    for text in _told(yaml.safe_load(path.read_text(encoding="utf-8"))):
        yield from _of_jinja(text, str(path.relative_to(ROOT)))


def _told(content: object) -> t.Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key in _TOLD and isinstance(value, str):
                yield value
            yield from _told(value)
    elif isinstance(content, list):
        for value in content:
            yield from _told(value)


def _of_template(path: Path) -> t.Iterator[Sentence]:
    """The lines of a template, without its statements and comments."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in text.splitlines():
        yield from _of_jinja(line, str(path.relative_to(ROOT)))


def _of_jinja(text: str, place: str) -> t.Iterator[Sentence]:
    """A text with expressions in it, and the texts in these."""
    quoted = [part for each in re.findall(r"\{\{.*?\}\}", text, re.DOTALL) for part in _QUOTED.findall(each)]
    for each in (text.strip(), *quoted):
        if _PROSE.search(_GAP.sub("", each)):
            yield Sentence(each, place)
