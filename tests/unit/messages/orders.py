# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders, conditions and options that make no sense as they are written."""

from __future__ import annotations

import sys
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader

from ansible_collections.openmultistack.cloud.plugins.module_utils._core.options import order_from
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.plan import _few
from ansible_collections.openmultistack.cloud.plugins.module_utils._jobs.where import condition
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._one_order import several_orders
from ansible_collections.openmultistack.cloud.plugins.plugin_utils._wishes import refuse_unknown, wishes_from

from .scene import refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .scene import Scene, Told

Options = dict[str, t.Any]

GOOD: Options = {"fleet": "crawl", "count": 3, "image": "debian-13", "flavor": ["m1.small"], "network": "private"}
WRONG: dict[str, Options] = {
    "a fleet without a name": {"fleet": ""},
    "a fleet with an odd name": {"fleet": "Crawl_1"},
    "no count": {"count": None},
    "a negative count": {"count": -1},
    "a huge count": {"count": 100_000},
    "more needed than ordered": {"min_count": 4},
    "a rollback that is not waited for": {"wait": False, "on_shortfall": "rollback"},
    "room that is waited for by one who does not wait": {"wait": False, "wait_for_room": True},
    "slots of a fleet that is to be present": {"slots": [1]},
    "a slot that cannot be": {"state": "absent", "slots": [0]},
    "a plan without a location": {"plan": [{"slot": 1}]},
    "a plan with a slot twice": {"plan": [{"slot": 1, "location": "a:1"}] * 2},
    "room for none": {"max_per_location": 0},
    "no image": {"image": None},
    "no flavor": {"flavor": []},
    "a network and nics": {"nics": ["lan"]},
    "a nic that is a port": {"network": None, "nics": [{"port-id": "x"}]},
    "a nic that is a text nobody understands": {"network": None, "nics": ["net=lan"]},
    "too much userdata": {"userdata": "x" * 60_000},
    "too much metadata": {"metadata": {f"key{number}": "" for number in range(121)}},
    "metadata that look like the mark": {"metadata": {"multi_stack": "1"}},
    "metadata with an odd key": {"metadata": {"a/b": "1"}},
    "metadata with a long value": {"metadata": {"motd": "x" * 256}},
    "an image and a filter of images": {"image_filter": {"name": "deb*"}},
    "a filter of images with a list": {"image": None, "image_filter": {"tags": ["a"]}},
    "a long filter of images": {"image": None, "image_filter": {"name": "x" * 250}},
    "a key for each without a folder": {"key": "per_server"},
    "a key for each, and one for all": {"key": "per_server", "key_dir": "/keys", "key_name": "ops"},
    "a folder for keys that nobody makes": {"key_dir": "/keys"},
    "a port that is none": {"ready_port": 70_000},
    "a lifetime that is none": {"lifetime": "soon"},
}
OF_OPENSTACK_CLOUD = (
    *("all_projects", "expand_hostvars", "fail_on_errors", "inventory_hostname", "legacy_groups", "server_filters"),
    "use_names",
)
ROW = {"name": "crawl-001", "location": "alpha:here", "status": "ACTIVE", "slot": 1}


def orders(_scene: Scene) -> Iterator[Told]:
    for what, change in WRONG.items():
        yield what, refusal(lambda change=change: order_from({**GOOD, **change}))


def conditions(scene: Scene) -> Iterator[Told]:
    yield "where: broken off", _without_jmespath(refusal(lambda: condition("status ==")))
    yield "where: a field that nobody has", refusal(lambda: condition("stauts == 'ACTIVE'", tuple(ROW)))
    yield "where: a length of a number", _without_jmespath(refusal(lambda: condition("length(slot)")(ROW)))
    with scene.patch.context() as patch:
        patch.setitem(sys.modules, "jmespath", None)
        said = refusal(lambda: condition("status"))
    yield "where: without jmespath", said.replace(said.partition("(")[2].partition(")")[0], "the words of Python")


def keywords(scene: Scene) -> Iterator[Told]:
    yield "one order from several hosts (warning)", several_orders("crawl")
    yield "an inventory with a misspelt option", refusal(lambda: refuse_unknown(["timout"], ("timeout", "plugin")))
    for option in OF_OPENSTACK_CLOUD:
        yield f"an inventory with {option}", refusal(lambda option=option: refuse_unknown([option], ("timeout",)))
    options = {"on_unreachable": "last_good", "stale_for": "soon"}
    yield "an inventory that is patient for no length of time", refusal(lambda: wishes_from(options.get))
    for what, terms, given in (
        ("placement with a word", ["crawl"], {"count": 3}),
        ("placement with a misspelt keyword", [], {"cuont": 3}),
        ("placement of less than nothing", [], {**GOOD, "count": -1}),
    ):
        try:
            lookup_loader.get("openmultistack.cloud.placement").run(terms, {}, **given)
        except AnsibleError as error:
            yield what, str(error)
    yield "placement with twelve warnings (the last of those that are told)", _few(["a:1: full"] * 12)[-1]


def _without_jmespath(text: str) -> str:
    """Its words change from version to version."""
    start, end = text.index(": ", text.index('" ')), text.rindex("; write")
    return f"{text[:start]}: (the words of jmespath){text[end:]}"
