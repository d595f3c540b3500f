# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Glance: images are files; they can be uploaded, staged and imported, and fetched from the web."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Sections


def sections(ground: Ground) -> Sections:
    folders = {"os_glance_staging_store": "staging", "os_glance_tasks_store": "tasks"}
    return {
        "DEFAULT": {
            "use_stderr": True,
            "transport_url": "fake://",
            "enabled_backends": "files:file",
            "enabled_import_methods": "[glance-direct,web-download]",
            "worker_self_reference_url": ground.site.url("glance"),
            "image_cache_dir": ground.home / "state",
        },
        "database": ground.database("glance"),
        "glance_store": {"default_backend": "files"},
        "files": {"filesystem_store_datadir": ground.home / "images"},
        **{name: {"filesystem_store_datadir": ground.home / folder} for name, folder in folders.items()},
        "paste_deploy": {"flavor": "keystone", "config_file": ground.etc / "glance-api-paste.ini"},
        "keystone_authtoken": ground.tokens("glance"),
        **ground.common,
    }
