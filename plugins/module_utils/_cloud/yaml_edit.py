# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""YAML files of the user, changed where they have to be and nowhere else: comments, quotes and order stay.

PyYAML tells where each value stands, so a change is one of text. What comes of it is read again, and has to mean what
was wanted; where it does not (anchors, mostly) the file is written anew, which costs its comments.
"""

from __future__ import annotations

import re
import typing as t

from .._core.edits import GONE, Edit, applied, edits_between
from .._errors import AccountsError
from .yaml_text import parsed

_STEP = 2
Content = dict[str, t.Any]


def rewritten(text: str, edits: t.Sequence[Edit], path: str, *, drop_comments: bool) -> str:
    """The text with these edits made."""
    wanted = applied(parsed(text, path) or {}, edits)
    changed = _by_text(text, edits)
    if changed is not None and _means(changed, wanted, path):
        return changed
    if comments_in(text) and not drop_comments:
        raise AccountsError(
            f"{path}: this cannot be changed without losing its comments, since it uses anchors, or comments within "
            "braces; change it by hand, or say drop_comments: true"
        )
    return _block(wanted, 0)


def _means(text: str, wanted: Content, path: str) -> bool:
    try:
        return not edits_between(parsed(text, path) or {}, wanted)
    except AccountsError:
        return False


def comments_in(text: str) -> tuple[int, ...]:
    """Where comments begin: at each # that is in no value."""
    import yaml  # noqa: PLC0415

    scalars = [each for each in yaml.scan(text, yaml.SafeLoader) if isinstance(each, yaml.ScalarToken)]
    values = [(each.start_mark.index, each.end_mark.index) for each in scalars]
    found, until = [], -1
    for at, sign in enumerate(text):
        if sign == "#" and at > until and not any(start <= at < end for start, end in values):
            found.append(at)
            until = len(text) if text.find("\n", at) < 0 else text.find("\n", at)
    return tuple(found)


def _by_text(text: str, edits: t.Iterable[Edit]) -> str | None:
    import yaml  # noqa: PLC0415

    for edit in edits:
        root = yaml.compose(text, yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode) or not root.value:
            return None
        changed = _Surgery(text).at(root, edit.path, edit.after)
        if changed is None:
            return None
        text = changed
    return text


class _Surgery:
    """One change of a text; None where it cannot be done so."""

    def __init__(self, text: str) -> None:
        self._text = text if text.endswith("\n") else f"{text}\n"
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]

    def at(self, node: t.Any, path: tuple[str, ...], value: t.Any) -> str | None:
        """Change what the path leads to from a block mapping."""
        pair = next((each for each in reversed(node.value) if each[0].value == str(path[0])), None)
        if pair is None:
            return None if value is GONE else self._added(node, _nested(path, value))
        if len(path) > 1 and _is_block(pair[1]):
            return self.at(pair[1], path[1:], value)
        if len(path) == 1 and value is GONE:
            return self._removed(node, pair)
        if len(path) > 1:
            value = applied(_plain(pair[1]) or {}, [Edit(path=path[1:], after=value)])
        return self._replaced(pair, value)

    def _added(self, node: t.Any, content: Content) -> str:
        """More lines at the end of a mapping."""
        at = self._starts[self._last_line(node) + 1]
        return self._text[:at] + _block(content, node.value[0][0].start_mark.column) + self._text[at:]

    def _removed(self, node: t.Any, pair: tuple[t.Any, t.Any]) -> str | None:
        """Without the lines of a key and its value; a mapping that has no other stays as an empty one."""
        key, value = pair
        start, end = self._starts[key.start_mark.line], self._starts[self._last_line(value) + 1]
        indent = self._text[start : key.start_mark.index]
        if indent.strip():
            return None
        left = "" if len(node.value) > 1 else f"{indent}{{}}\n"
        return self._text[:start] + left + self._text[end:]

    def _replaced(self, pair: tuple[t.Any, t.Any], value: t.Any) -> str | None:
        """Another value behind a key, or below it where it is a mapping in place of nothing."""
        key, old = pair
        start, end = old.start_mark.index, self._end(old)
        if any(start <= at < end for at in comments_in(self._text)):
            return None
        before, behind = self._text[:start], self._text[end:]
        column = key.start_mark.column + _STEP
        if isinstance(value, dict) and value and not _plain(old):
            return before.rstrip() + "\n" + _block(value, column).rstrip("\n") + behind
        if old.start_mark.line > key.end_mark.line:
            before = before.rstrip(" ") + " " * column
        return before + (" " if before.endswith(":") else "") + _inline(value) + behind

    def _end(self, node: t.Any) -> int:
        """Where a value ends, without the blank and the comments behind it."""
        last, line = _last(node), self._last_line(node)
        if last.end_mark.line == line:
            return int(last.end_mark.index)
        return self._starts[line + 1] - 1

    def _last_line(self, node: t.Any) -> int:
        """The line where a value ends; the mark of a block scalar is where something else begins."""
        last = _last(node)
        line = int(last.end_mark.line)
        if getattr(last, "style", None) in ("|", ">"):
            line -= 1
            while not self._text[self._starts[line] : self._starts[line + 1]].strip():
                line -= 1
        return line


def _last(node: t.Any) -> t.Any:
    """The last value within a value."""
    while not _is_flow(node):
        node = node.value[-1][1] if isinstance(node.value[-1], tuple) else node.value[-1]
    return node


def _is_flow(node: t.Any) -> bool:
    """Whether a value has nothing below it on lines of its own."""
    return isinstance(node.value, str) or bool(node.flow_style) or not node.value


def _is_block(node: t.Any) -> bool:
    return not _is_flow(node) and isinstance(node.value[0], tuple)


def _nested(path: tuple[str, ...], value: t.Any) -> Content:
    for name in reversed(path):
        value = {name: value}
    return t.cast("Content", value)


def _plain(node: t.Any) -> t.Any:
    import yaml  # noqa: PLC0415

    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _block(content: Content, column: int) -> str:
    import yaml  # noqa: PLC0415

    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=False, width=4096)
    return "".join(" " * column + line for line in text.splitlines(keepends=True))


def _inline(value: t.Any) -> str:
    import yaml  # noqa: PLC0415

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")
