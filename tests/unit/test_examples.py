# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation of a plugin is executed by the integration target of that plugin.

A task may have a `register` in either place; but for that it is the same task. An inventory is a file of the target.
"""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
PREFIXES = {"modules": "", "inventory": "inventory_", "lookup": "lookup_", "filter": "filter_", "test": "test_"}
PLUGINS = sorted(path for kind in PREFIXES for path in (ROOT / "plugins" / kind).glob("*.py"))


class Loader(yaml.SafeLoader):
    """Takes Ansible's own tags for what stands behind them."""


def plain(loader: Loader, _tag: str, node: yaml.Node) -> t.Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(t.cast("yaml.MappingNode", node), deep=True)


Loader.add_multi_constructor("!", plain)


def text_of(plugin: pathlib.Path) -> str:
    for statement in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and "EXAMPLES" in {ast.unparse(each) for each in statement.targets}:
            return str(ast.literal_eval(statement.value))
    raise AssertionError(f"{plugin.name} has no EXAMPLES")


def examples_of(plugin: pathlib.Path) -> list[t.Any]:
    """The tasks, or whole documents where it is no list."""
    documents = list(yaml.load_all(text_of(plugin), Loader))
    found = [each for one in documents for each in (one if isinstance(one, list) else [one])]
    return [{key: value for key, value in each.items() if key != "register"} for each in found]


def executed_by(target: pathlib.Path) -> list[t.Any]:
    """The documents of a target, and all that is in them: plays, blocks, tasks."""
    documents = [yaml.load(path.read_text(encoding="utf-8"), Loader) for path in target.rglob("*.y*ml")]
    return [part for document in documents for part in parts_of(document)]


def parts_of(thing: t.Any) -> t.Iterator[t.Any]:
    if isinstance(thing, dict):
        yield {key: value for key, value in thing.items() if key != "register"}
    if isinstance(thing, (dict, list)):
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from parts_of(part)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_is_executed(plugin: pathlib.Path) -> None:
    target = TARGETS / f"{PREFIXES[plugin.parent.name]}{plugin.stem}"
    examples, executed = examples_of(plugin), executed_by(target)
    assert examples
    assert [each for each in examples if each not in executed] == [], f"not in {target.relative_to(ROOT)}"
