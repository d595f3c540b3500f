# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error and warning that a user can meet, provoked, and kept as a page to be read: messages.txt.

A change of a message is a change of that page. A sentence in the sources that nothing here provokes fails the test: add
what brings it about to one of the files beside this one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.openmultistack.cloud.tests.unit.messages import (
    accounts,
    clouds,
    doors,
    files,
    images,
    keys,
    neutron,
    orders,
    roles,
    runs,
)
from ansible_collections.openmultistack.cloud.tests.unit.messages.scene import PASSWORD, Scene, without_clouds
from ansible_collections.openmultistack.cloud.tests.unit.messages.sources import sentences

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.openmultistack.cloud.tests.unit.messages.scene import Told

pytestmark = pytest.mark.slow

PAGE = Path(__file__).with_name("messages.txt")
SECTIONS: dict[str, tuple[Callable[[Scene], Iterable[Told]], ...]] = {
    "Orders, conditions and options": (orders.orders, orders.conditions, orders.keywords),
    "clouds.yaml": (files.clouds_yaml,),
    "Hints, and the accounts file": (files.hints,),
    "Which locations": (files.choices,),
    "What a location says, or does not": (clouds.asked, clouds.accounts, clouds.raised, clouds.nova),
    "What a location cannot do, or lacks": (clouds.creations, clouds.names, clouds.endless),
    "Ourselves": (clouds.inside,),
    "Runs that do nothing": (runs.objections,),
    "Runs that do not do all": (runs.shortfalls, runs.silences, runs.slots),
    "Runs that warn": (runs.remarks, runs.leftovers),
    "The story of a run, and its summary": (runs.stories,),
    "Modules": (doors.modules, doors.rooms, doors.surveys),
    "Accounts": (accounts.scripts, accounts.written, accounts.tried),
    "Keys": (keys.keys, keys.own, keys.undone),
    "Security groups": (neutron.rules, neutron.groups),
    "Networks": (neutron.networks, neutron.silences),
    "Images": (images.images,),
    "The inventory": (doors.inventories, files.last_good),
    "The role fleet": (roles.tasks, roles.templates),
    "The role prepare": (roles.preparing,),
}
# What stands in the sources and is met by nobody, with the reason.
UNMET = {
    "overlaps with another subnet": "the words by which an answer is known",
    "already has a port on subnet": "the same",
    "multi_stack peers ": "what the description of a rule begins with",
    "made by openmultistack.cloud": "what the description of a thing of ours ends with",
    "not sent": "the fate of a request; whoever meets it is told why",
    "compute versions": "how the code calls an address",
    "not chosen": "a word in the refusals of an answer",
    "its metadata was erased": "the reason in the adopted servers of an answer",
    "a location did not answer": "the name of an objection; its sentence is another",
    "the fleet belongs to another owner": "the same",
    "the fleet was made otherwise": "the same",
    "there is not room for enough of it": "the same",
    "too many servers would go": "the same",
    "it could not download the image by itself ({})": "the image is sent from here then",
    "not into its store {}": "a part of that",
    "it did not say why": "the same",
    "what it downloaded by itself is not what checksum says": "the image is sent from here then",
    "its upload has not begun": "it is waited for, a second at most",
    "{} became shorter while it was read": "it shows only between two pieces of a file",
    "{} took too long to make {} of {}": "only hours of work do",
    "see whether it is the right one, or correct checksum": "it takes a web; the module's own tests have one",
    "give another url": "the same",
}


# Files whose sentences are provoked by the tests of their modules, and do not stand on the page yet. None may be added.
@dataclass(frozen=True)
class Page:
    """What was told in each section, as it was told and as it stands on the page."""

    raw: list[str]
    text: str


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Page]:
    with pytest.MonkeyPatch.context() as patch:
        without_clouds(patch)
        scene = Scene(tmp_path_factory.mktemp("messages"), patch)
        told = {title: [each for provoke in parts for each in provoke(scene)] for title, parts in SECTIONS.items()}
        yield Page(
            raw=[text for section in told.values() for _what, text in section],
            text=PAGE.read_text("utf-8").partition("\n\n")[0] + "\n\n" + written(told, scene),
        )


def written(told: dict[str, list[Told]], scene: Scene) -> str:
    """The page: what happened, and below it, indented, what the user met."""
    lines = ["What users meet when something is wrong. The tests beside this file provoke it, and compare.", ""]
    for title, section in told.items():
        lines += [f"== {title}", ""]
        for what, text in section:
            lines += [what, *(f"    {line}".rstrip() for line in scene.alike(text).splitlines()), ""]
    return "\n".join(lines)


def test_the_page_is_what_users_meet(page: Page, tmp_path: Path) -> None:
    print(page.text)
    new = tmp_path / PAGE.name
    new.write_text(page.text, "utf-8")
    assert page.text == PAGE.read_text("utf-8"), f"if this is what users should read: cp {new} {PAGE}"


def test_every_sentence_of_the_sources_is_on_the_page(page: Page) -> None:
    unmet = [each for each in sentences() if not any(map(each.is_in, page.raw))]
    lost = [f"{each.place}: {each.text}" for each in unmet if each.text not in UNMET]
    assert not lost, "provoke these, too:\n" + "\n".join(lost)
    assert {each.text for each in unmet} == set(UNMET), "some that were met by nobody are met now, or gone"


def test_no_message_holds_a_secret(page: Page) -> None:
    for secret in (PASSWORD, "demo-secret", "token-1", "gAAAA"):
        assert [text for text in page.raw if secret in text] == []


def test_no_message_holds_python(page: Page) -> None:
    for sign in ("{'", "['", "('", "None", "True", "False", "Traceback", "<class", " object at 0x", "Errno", "\\n"):
        assert [text for text in page.raw if sign in text] == []
