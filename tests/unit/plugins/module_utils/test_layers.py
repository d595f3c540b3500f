# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The architecture, enforced: who may import whom, what is pure, and how large a file may grow."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
COLLECTION = "ansible_collections.openmultistack.cloud"


def words(text: str) -> frozenset[str]:
    """Split a list of names."""
    return frozenset(text.split())


# What computes and nothing else: no clock, chance, file, thread, socket or environment.
PURE = words("""
    __future__ abc base64 binascii bisect collections contextlib copy dataclasses datetime decimal difflib enum fnmatch
    fractions functools hashlib heapq hmac ipaddress itertools json math operator re statistics string textwrap types
    typing unicodedata urllib.parse zlib
""")
EFFECTS = words("""
    _thread aiohttp asyncio concurrent http httpx keystoneauth1 multiprocessing openstack os_client_config queue
    requests socket ssl subprocess threading urllib.request urllib3
""")
# The last ones also answer differently in each process.
IMPURE_BUILTINS = words("__import__ breakpoint compile eval exec input open print hash id")
CLOCKS = frozenset({"now", "today", "utcnow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What the files in ``folder`` may import.

    Of ours the layers ``below``, of others ``only`` these (if given) and ``never`` those. ``pure`` forbids calls of
    clocks and of builtins with effects, too.
    """

    folder: str
    below: frozenset[str]
    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    pure: bool = False
    door_lines: int | None = None

    def allows(self, module: str) -> bool:
        """Say whether a module that is not ours may be imported."""
        return is_among(module, self.only) if self.only is not None else not is_among(module, self.never)


def is_among(module: str, names: frozenset[str]) -> bool:
    """Say whether a module, or a package that it is in, is named."""
    parts = module.split(".")
    return any(".".join(parts[:length]) in names for length in range(1, len(parts) + 1))


# Errors are everybody's; options are the argument specifications of the doors, as data; what modules share is _module.
ERRORS, OPTIONS, MODULE = "module_utils/_errors.py", "module_utils/_options.py", "module_utils/_module.py"
CORE, CLOUD, JOBS = "module_utils/_core/", "module_utils/_cloud/", "module_utils/_jobs/"
BELOW_JOBS = frozenset({ERRORS, CORE, CLOUD, JOBS})
BELOW_MODULES = BELOW_JOBS | {OPTIONS, MODULE}
BELOW_DOORS = BELOW_JOBS | {OPTIONS, "plugin_utils/"}
LAYERS = (
    Layer(folder=ERRORS, below=frozenset(), only=PURE, pure=True),
    Layer(folder=OPTIONS, below=frozenset(), only=PURE, pure=True),
    Layer(folder=MODULE, below=frozenset({ERRORS, JOBS}), only=PURE | {"ansible.module_utils.basic"}, pure=True),
    Layer(folder=CORE, below=frozenset({ERRORS, CORE}), only=PURE, pure=True),
    Layer(folder=CLOUD, below=frozenset({ERRORS, CORE, CLOUD}), never=words("ansible")),
    Layer(folder=JOBS, below=BELOW_JOBS, only=PURE | {"jmespath"}, pure=True),
    Layer(folder="plugin_utils/", below=BELOW_DOORS, never=EFFECTS),
    Layer(folder="doc_fragments/", below=frozenset(), only=words("__future__"), pure=True),
    Layer(folder="modules/", below=BELOW_MODULES, never=EFFECTS, door_lines=60),
    Layer(folder="action/", below=BELOW_DOORS, never=EFFECTS, door_lines=60),
    Layer(folder="lookup/", below=BELOW_DOORS, never=EFFECTS, door_lines=60),
    Layer(folder="inventory/", below=BELOW_DOORS, never=EFFECTS, door_lines=90),
)
FILE_LINES = 250
DOCUMENTATION = frozenset({"ATTRIBUTES", "DOCUMENTATION", "EXAMPLES", "RETURN"})


def faults_of_tree(root: Path) -> list[str]:
    """List what is wrong in the files below ``plugins``, as ``file:line: what``."""
    plugins = root / "plugins"
    return [fault for path in sorted(plugins.rglob("*.py")) for fault in faults_of_file(path, plugins)]


def faults_of_file(path: Path, plugins: Path) -> list[str]:
    """List what is wrong in one file."""
    name = path.relative_to(plugins).as_posix()
    layer = layer_of(name)
    if layer is None:
        return [f"plugins/{name}:1: belongs to no layer; the layers are {', '.join(layer.folder for layer in LAYERS)}"]
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, filename=name)
    faults = [
        *faults_of_imports(layer, name, tree),
        *((line, f"{layer.folder} is pure, and calls {what}") for line, what in impure_calls(tree) if layer.pure),
        *((line, "assert does not belong into a plugin") for line in asserts(tree)),
        *faults_of_size(layer, source, tree),
    ]
    return [f"plugins/{name}:{line}: {what}" for line, what in sorted(faults)]


def asserts(tree: ast.Module) -> list[int]:
    """List the lines with an assert, which Python leaves out when it optimizes."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def layer_of(name: str) -> Layer | None:
    """Find the layer of a file, or of a module spelled as a path without suffix, below ``plugins``."""
    return next((layer for layer in LAYERS if name.startswith(layer.folder.removesuffix(".py"))), None)


def faults_of_imports(layer: Layer, name: str, tree: ast.Module) -> t.Iterator[tuple[int, str]]:
    """Say which imports go up or sideways, or reach for effects that the layer must not have."""
    for line, module in imports(tree, f"{COLLECTION}.plugins.{name.removesuffix('.py').replace('/', '.')}"):
        ours = module.removeprefix(f"{COLLECTION}.plugins.")
        if ours != module:
            target = layer_of(ours.replace(".", "/"))
            if target is None or target.folder not in layer.below:
                yield line, f"{layer.folder} must not import {ours}: imports go only downwards"
        elif not layer.allows(module):
            yield line, f"{layer.folder} must not import {module}"


def imports(tree: ast.Module, importer: str) -> t.Iterator[tuple[int, str]]:
    """Name every module that is imported, at any depth, also only for types; a relative one by its full name.

    ``from package import name`` may name a module or a thing in one: it stands for ``package.name`` where ``package``
    is ours and has no code of its own, and for ``package`` otherwise.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = importer.split(".")[: -node.level] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            if module in {"concurrent", "urllib"} or (module.startswith(COLLECTION) and is_package(module)):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def is_package(module: str) -> bool:
    """Say whether a module of ours is a folder: the layers' own folders are, and what is above them."""
    below_plugins = f"{module}.".removeprefix(f"{COLLECTION}.").removeprefix("plugins.").replace(".", "/")
    return module.endswith(".plugins") or any(layer.folder.startswith(below_plugins) for layer in LAYERS)


def impure_calls(tree: ast.Module) -> t.Iterator[tuple[int, str]]:
    """Find calls of builtins with effects, or whose answer differs between processes, and of clocks."""
    dates = names_of_datetime(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_BUILTINS:
            yield node.lineno, f"{node.func.id}()"
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS and ast.unparse(node.value) in dates:
            yield node.lineno, f"{ast.unparse(node)}()"


def names_of_datetime(tree: ast.Module) -> set[str]:
    """List the expressions that mean the classes ``datetime`` and ``date`` in this file."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.asname or alias.name for alias in node.names if alias.name == "datetime"]
            names |= {f"{module}.{kind}" for module in modules for kind in ("date", "datetime")}
        elif isinstance(node, ast.ImportFrom) and node.module == "datetime":
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def faults_of_size(layer: Layer, source: str, tree: ast.Module) -> t.Iterator[tuple[int, str]]:
    """Say whether a file, or the door in it, is too large."""
    code = code_lines(source) - documentation_lines(tree)
    if len(code) > FILE_LINES:
        yield 1, f"{len(code)} lines of code are more than one idea; the limit is {FILE_LINES}"
    door = code - argument_lines(tree)
    if layer.door_lines is not None and len(door) > layer.door_lines:
        yield 1, f"{len(door)} lines of code are more than a door; the limit is {layer.door_lines}"


def code_lines(source: str) -> set[int]:
    """Number the lines that hold more than blanks and comments."""
    blank = {tokenize.COMMENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.INDENT, tokenize.NEWLINE, tokenize.NL}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {line for token in tokens if token.type not in blank for line in range(token.start[0], token.end[0] + 1)}


def documentation_lines(tree: ast.Module) -> set[int]:
    """Number the lines of docstrings and of Ansible's documentation."""
    return lines_of(node for node in ast.walk(tree) if is_docstring(node) or assigned(node) & DOCUMENTATION)


def argument_lines(tree: ast.Module) -> set[int]:
    """Number the lines of what tells Ansible the arguments: ``..._SPEC = ...``, ``argument_spec=...`` and its kin."""
    kin = frozenset({"mutually_exclusive", "required_by", "required_if", "required_one_of", "required_together"})
    return lines_of(
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg in kin | {"argument_spec"})
        or any(name.lower().endswith("argument_spec") or name.lower() in kin for name in assigned(node))
    )


def lines_of(nodes: t.Iterable[t.Any]) -> set[int]:
    """Number the lines that the nodes stand on."""
    return {line for node in nodes for line in range(node.lineno, node.end_lineno + 1)}


def is_docstring(node: ast.AST) -> bool:
    """Say whether this is a string that stands for itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def assigned(node: ast.AST) -> set[str]:
    """List the plain names that a statement assigns to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_the_layers_hold() -> None:
    faults = faults_of_tree(ROOT)
    assert not faults, "\n".join(faults)


def test_every_file_was_looked_at() -> None:
    assert len(list((ROOT / "plugins").rglob("*.py"))) > 10


def test_pure_modules_are_of_the_standard_library() -> None:
    assert {name.partition(".")[0] for name in PURE} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        (CORE, "import time", "1: module_utils/_core/ must not import time"),
        (CORE, "import json, os.path", "1: module_utils/_core/ must not import os.path"),
        (CORE, "import urllib.request", "must not import urllib.request"),
        (CORE, "from urllib import request", "must not import urllib.request"),
        (CORE, "def f():\n    from random import choice", "2: module_utils/_core/ must not import random"),
        (CORE, "import ansible.module_utils.basic", "must not import ansible.module_utils.basic"),
        (CORE, "from .._cloud.wire import get", "must not import module_utils._cloud.wire"),
        (CORE, "from .._cloud import wire", "must not import module_utils._cloud.wire"),
        (CORE, "from .. import _jobs", "must not import module_utils._jobs"),
        (CORE, "from datetime import datetime as d\nd.now()", "2: module_utils/_core/ is pure, and calls d.now()"),
        (
            CORE,
            "import datetime\nf = datetime.date.today",
            "2: module_utils/_core/ is pure, and calls datetime.date.today()",
        ),
        (CORE, "open('x')", "is pure, and calls open()"),
        (CORE, "seed = hash('x')", "is pure, and calls hash()"),
        (ERRORS, "from ._core import model", "must not import module_utils._core.model"),
        (CLOUD, "from .._jobs.launch import launch", "must not import module_utils._jobs.launch"),
        (JOBS, "from .._options import ORDER", "must not import module_utils._options"),
        (CLOUD, "import ansible.errors", "must not import ansible.errors"),
        (JOBS, "import openstack", "1: module_utils/_jobs/ must not import openstack"),
        (JOBS, "import time", "must not import time"),
        (
            JOBS,
            f"import typing as t\nif t.TYPE_CHECKING:\n    from {COLLECTION}.plugins.plugin_utils.x import y",
            "3: module_utils/_jobs/ must not import plugin_utils.x",
        ),
        ("plugin_utils/", "from concurrent import futures", "must not import concurrent.futures"),
        ("modules/", "import threading", "1: modules/ must not import threading"),
        ("modules/", "from keystoneauth1.session import Session", "must not import keystoneauth1.session"),
        ("modules/", f"from {COLLECTION}.plugins.plugin_utils import x", "must not import plugin_utils.x"),
        ("modules/", f"import {COLLECTION}.plugins.lookup.placement", "must not import lookup.placement"),
        ("lookup/", f"from {COLLECTION}.plugins import modules", "must not import modules"),
        ("lookup/", "def f(x):\n    assert x", "2: assert does not belong into a plugin"),
        ("doc_fragments/", "import json", "must not import json"),
        ("module_utils/utils.py", "", "1: belongs to no layer"),
        ("callback/x.py", "", "1: belongs to no layer"),
        ("modules/", "x = 1\n" * 61, "61 lines of code are more than a door; the limit is 60"),
        ("inventory/", "x = 1\n" * 91, "91 lines of code are more than a door; the limit is 90"),
        (JOBS, "x = 1\n" * 251, "251 lines of code are more than one idea; the limit is 250"),
    ],
)
def test_what_breaks_the_rules_is_found(tmp_path: Path, name: str, source: str, fault: str) -> None:
    plant(tmp_path, name, source)
    [found] = faults_of_tree(tmp_path)
    assert found.startswith(f"plugins/{name}")
    assert fault in found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (CORE, "import typing as t\nfrom urllib.parse import quote\nfrom urllib import parse"),
        (CORE, "from .._errors import OrderError\nfrom . import model\nfrom .model import Server"),
        (CORE, "from datetime import datetime, UTC\ndatetime.fromtimestamp(0, UTC)\ntick.now()"),
        (CLOUD, "import openstack, time, threading\nfrom .._core import model"),
        (JOBS, "from .._cloud import session\nfrom .._core.model import Server\nimport jmespath"),
        (
            "modules/",
            f"import ansible.module_utils.basic\nfrom {COLLECTION}.plugins.module_utils._jobs.launch import f",
        ),
        ("action/", f"from {COLLECTION}.plugins.plugin_utils.progress import Progress"),
        ("modules/", 'DOCUMENTATION = r"""\n' + "x: y\n" * 300 + '"""'),
        ("modules/", "ARGUMENT_SPEC: dict = {\n" + '    "x": {},\n' * 61 + "}"),
        ("modules/", "f(\n    argument_spec={\n" + '    "x": {},\n' * 61 + "    }\n)"),
        ("doc_fragments/", 'class ModuleDocFragment:\n    DOCUMENTATION = """\n' + "x: y\n" * 300 + '"""'),
        (JOBS, "# why\n\n" * 300 + 'def f():\n    """Say.\n' + "\n    More." * 300 + '\n    """\n'),
    ],
)
def test_what_keeps_the_rules_passes(tmp_path: Path, name: str, source: str) -> None:
    plant(tmp_path, name, source)
    assert faults_of_tree(tmp_path) == []


def plant(root: Path, name: str, source: str) -> None:
    path = root / "plugins" / (f"{name}x.py" if name.endswith("/") else name)
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
