# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where messages are provoked: a folder, an environment that says nothing of clouds, and clouds where one is needed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import typing as t
from dataclasses import dataclass

import yaml
from ansible.module_utils.testing import patch_module_args
from ansible.utils.display import Display

from ansible_collections.openmultistack.cloud.plugins.module_utils._errors import MultiStackError
from ansible_collections.openmultistack.cloud.tests.unit.plugins.module_utils._cloud.loopback import (
    Line,
    Loopback,
    accounts_of,
    entry,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    import pytest

# What happened, and what the user met then.
Told = tuple[str, str]
PASSWORD = "sEcReT"  # of every cloud of `Loopback`

_SAME = (
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\breq-[\w-]+", "req-ID"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\b[0-9a-f]{32}\b", "DIGEST"),
    (r"seen \d+ (?:s|min) ago", "seen SOME TIME ago"),
    (r"(?:Content|Request Entity) Too Large", "Request Entity Too Large"),
)


@dataclass(frozen=True)
class Scene:
    """What each provocation may use."""

    folder: Path
    patch: pytest.MonkeyPatch

    def file(self, name: str, content: object) -> str:
        """A file with this text, or with this as YAML; its path."""
        path = self.folder / name
        text = content if isinstance(content, (str, bytes)) else yaml.safe_dump(content, sort_keys=False)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    @contextlib.contextmanager
    def cloud(self, **more: object) -> Iterator[tuple[Loopback, Line]]:
        """A service that answers as it is told, and a wire to it."""
        service = Loopback()
        try:
            yield service, Line(accounts_of(self.folder, {"alpha": entry(service.url, **more)}))
        finally:
            service.close()

    def told_by(self, module: ModuleType, what: str, /, **options: object) -> Iterator[Told]:
        """The failure and the warnings of a module, which come another way where it runs beside Ansible itself."""
        warned: list[str] = []
        with self.patch.context() as patch:
            patch.setattr(Display, "warning", lambda _self, msg, *_more, **_others: warned.append(msg))
            answer = answered(module, **options)
        if answer.get("failed"):
            yield what, answer["msg"]
        for each in warned:
            yield f"{what} (warning)", each

    def alike(self, text: str) -> str:
        """A message without what differs from run to run."""
        text = text.replace(str(self.folder), "FOLDER").replace(sys.executable, "PYTHON")
        for pattern, word in _SAME:
            text = re.sub(pattern, word, text)
        return text


def refusal(act: Callable[[], object]) -> str:
    """The sentence of the error that this raises."""
    try:
        act()
    except MultiStackError as error:
        return str(error)
    raise AssertionError("this is no mistake any more")


def answered(module: ModuleType, /, **options: object) -> dict[str, t.Any]:
    """What a module answers, called as Ansible calls it."""
    said = io.StringIO()
    with patch_module_args(options), contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        module.main()
    return t.cast("dict[str, t.Any]", json.loads(said.getvalue()))


def without_clouds(patch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment says where clouds are, nor how to get at them."""
    for name in list(os.environ):
        if name.startswith(("OS_", "OPENMULTISTACK_")) or name.lower().endswith("_proxy"):
            patch.delenv(name)
