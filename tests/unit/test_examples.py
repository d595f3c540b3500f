# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation of a plugin is executed by the integration target of that plugin.

A task may have a `register` in either place; but for that it is the same task. An inventory is a file of the target.

Every option that is documented is given by that target, too, and every value that is returned is looked at by it.
"""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
PREFIXES = {"modules": "", "inventory": "inventory_", "lookup": "lookup_", "filter": "filter_", "test": "test_"}
OURS = "openmultistack.cloud."
PLUGINS = sorted(path for kind in PREFIXES for path in (ROOT / "plugins" / kind).glob("*.py"))


def of_kind(kind: str) -> list[pathlib.Path]:
    return [path for path in PLUGINS if path.parent.name == kind]


class Loader(yaml.SafeLoader):
    """Takes Ansible's own tags for what stands behind them."""


def plain(loader: Loader, _tag: str, node: yaml.Node) -> t.Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(t.cast("yaml.MappingNode", node), deep=True)


Loader.add_multi_constructor("!", plain)


def text_in(path: pathlib.Path, name: str) -> str:
    """A text that a Python file gives this name, also inside of a class."""
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Assign) and name in {ast.unparse(each) for each in statement.targets}:
            return str(ast.literal_eval(statement.value))
    raise AssertionError(f"{path.name} has no {name}")


def examples_of(plugin: pathlib.Path) -> list[t.Any]:
    """The tasks, or whole documents where it is no list."""
    documents = list(yaml.load_all(text_in(plugin, "EXAMPLES"), Loader))
    found = [each for one in documents for each in (one if isinstance(one, list) else [one])]
    return [{key: value for key, value in each.items() if key != "register"} for each in found]


def executed_for(plugin: pathlib.Path) -> list[t.Any]:
    """The documents of its target, and all that is in them: plays, blocks, tasks."""
    return [part for document in documents(plugin) for part in parts_of(document)]


def parts_of(thing: t.Any) -> t.Iterator[t.Any]:
    if isinstance(thing, dict):
        yield {key: value for key, value in thing.items() if key != "register"}
    if isinstance(thing, (dict, list)):
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from parts_of(part)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_is_executed(plugin: pathlib.Path) -> None:
    examples, executed = examples_of(plugin), executed_for(plugin)
    assert examples
    assert [each for each in examples if each not in executed] == [], f"not in the integration target of {plugin.stem}"


def options_of(plugin: pathlib.Path) -> dict[str, t.Any]:
    """Its own options and those of our fragments; Ansible tests those of its own."""
    documentation = yaml.safe_load(text_in(plugin, "DOCUMENTATION"))
    options: dict[str, t.Any] = {}
    for fragment in documentation["extends_documentation_fragment"]:
        if fragment.startswith(OURS):
            name, _dot, part = fragment.removeprefix(OURS).partition(".")
            said = text_in(ROOT / "plugins" / "doc_fragments" / f"{name}.py", part.upper() or "DOCUMENTATION")
            options |= yaml.safe_load(said).get("options", {})
    return {**options, **documentation.get("options", {})}


def documents(plugin: pathlib.Path) -> list[t.Any]:
    """What its target has."""
    paths = (TARGETS / f"{PREFIXES[plugin.parent.name]}{plugin.stem}").rglob("*.y*ml")
    return [yaml.load(path.read_text(encoding="utf-8"), Loader) for path in paths]


def mappings_in(thing: t.Any) -> t.Iterator[dict[t.Any, t.Any]]:
    if isinstance(thing, dict):
        yield thing
    if isinstance(thing, (dict, list)):
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from mappings_in(part)


def words_of(thing: t.Any) -> str:
    return str(thing) if not isinstance(thing, (dict, list)) else yaml.safe_dump(thing, width=10_000)


def keys_of(returned: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """The names of all values, and of the values in them."""
    for name, value in returned.items():
        yield name
        yield from keys_of(value.get("contains", {}))


@pytest.mark.parametrize("plugin", of_kind("modules"), ids=lambda path: path.stem)
def test_every_option_of_a_module_is_given(plugin: pathlib.Path) -> None:
    calls = [each.get(OURS + plugin.stem) for each in mappings_in(documents(plugin))]
    given = {name for call in calls if isinstance(call, dict) for name in call}
    assert sorted(set(options_of(plugin)) - given) == []


@pytest.mark.parametrize("plugin", of_kind("lookup"), ids=lambda path: path.stem)
def test_every_option_of_a_lookup_is_given(plugin: pathlib.Path) -> None:
    texts = " ".join(words_of(document) for document in documents(plugin))
    calls = re.findall(rf"'{re.escape(OURS + plugin.stem)}'+,([^)]*)\)", texts)
    given = {name for call in calls for name in re.findall(r"\b(\w+)=", call)}
    assert sorted(set(options_of(plugin)) - given - {"_terms"}) == []


@pytest.mark.parametrize("plugin", of_kind("inventory"), ids=lambda path: path.stem)
def test_every_option_of_an_inventory_is_given(plugin: pathlib.Path) -> None:
    target = documents(plugin)
    files = [each for each in target if isinstance(each, dict) and each.get("plugin") == OURS + plugin.stem]
    variables = {name for each in mappings_in(target) for name in (each.get("environment") or {})}
    options = options_of(plugin)
    by_variable = {
        name for name, option in options.items() if {each["name"] for each in option.get("env", ())} & variables
    }
    assert sorted(set(options) - {name for file in files for name in file} - by_variable) == []


@pytest.mark.parametrize("plugin", of_kind("modules"), ids=lambda path: path.stem)
def test_every_value_that_a_module_returns_is_looked_at(plugin: pathlib.Path) -> None:
    asserted = [each for each in mappings_in(documents(plugin)) if "ansible.builtin.assert" in each]
    words = " ".join(words_of([each["ansible.builtin.assert"], each.get("vars")]) for each in asserted)
    seen = set(re.findall(r"(?<=[.'])\w+\b", words))
    assert sorted(set(keys_of(yaml.safe_load(text_in(plugin, "RETURN")))) - seen) == []
