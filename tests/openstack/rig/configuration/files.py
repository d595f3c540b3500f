# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings files of one site, written anew by every `up`, and the keys and numbers that it keeps for life."""

from __future__ import annotations

import base64
import os
import shutil
import typing as t
import uuid

from . import cinder, glance, keystone, neutron, nova, placement
from .ground import Ground, Sections, text

if t.TYPE_CHECKING:
    from pathlib import Path

    from ..settings import Settings
    from ..sites import Site

_SECTIONS: dict[str, t.Callable[[Ground], Sections]] = {
    "keystone": keystone.sections,
    "placement": placement.sections,
    "glance": glance.sections,
    "neutron": neutron.sections,
    "nova": nova.sections,
    "cinder": cinder.sections,
}
NAMES = {"glance": "glance-api"}  # of the files that are not called like their service
_KEYS = ("fernet", "credential")
_FOLDERS = ("etc", "log", "lock", "images", "staging", "tasks", "state", *_KEYS)
# What each service brings along, and what it is called in the folder that all share.
_BROUGHT = {
    "nova": {"nova/api-paste.ini": "api-paste.ini"},
    "neutron": {"neutron/api-paste.ini": "neutron-api-paste.ini"},
    "glance": {"glance/glance-api-paste.ini": "glance-api-paste.ini"},
    "cinder": {"cinder/api-paste.ini": "cinder-api-paste.ini", "cinder/resource_filters.json": "resource_filters.json"},
}


def write(settings: Settings, site: Site) -> None:
    """Write all of them."""
    ground = Ground(settings=settings, site=site)
    for folder in _FOLDERS:
        (ground.home / folder).mkdir(parents=True, exist_ok=True)
    for private in ("", *_KEYS):
        (ground.home / private).chmod(0o700)
    for service in site.services(settings.options.cinder):
        name = NAMES.get(service, service)
        (ground.etc / f"{name}.conf").write_text(text(_SECTIONS[service](ground)))
        for source, target in _BROUGHT.get(service, {}).items():
            shutil.copy(settings.environment / "etc" / source, ground.etc / target)
    # A second start of nova-compute without its identity would be refused.
    _keep(ground.home / "state/compute_id", str(uuid.uuid4()))
    for folder in _KEYS:
        for number in "01":
            _keep(ground.home / folder / number, base64.urlsafe_b64encode(os.urandom(32)).decode())


def _keep(path: Path, content: str) -> None:
    """Write it, unless it is there."""
    if not path.exists():
        path.write_text(content)
        path.chmod(0o600)
