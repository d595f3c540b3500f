# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cinder: all of it in one process; a volume is a sparse file."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Sections


def sections(ground: Ground) -> Sections:
    return {
        "DEFAULT": {
            "use_stderr": True,
            "host": ground.controller,
            "my_ip": "127.0.0.1",
            "state_path": ground.home / "state",
            "transport_url": "fake://",
            "auth_strategy": "keystone",
            "enabled_backends": "files",
            "api_paste_config": ground.etc / "cinder-api-paste.ini",
            "resource_query_filters_file": ground.etc / "resource_filters.json",
            "glance_api_servers": ground.site.url("glance"),
            "report_interval": 5,
            "service_down_time": 20,
            "periodic_interval": 20,
            "periodic_fuzzy_delay": 5,
            "scheduler_driver_init_wait_time": 5,
            "quota_volumes": 10,
            "quota_gigabytes": 1000,
            "quota_snapshots": 10,
        },
        "files": {"volume_backend_name": "files", "volume_driver": "openstack_rig.volumes.FileVolumes"},
        "database": ground.database("cinder"),
        "keystone_authtoken": ground.tokens("cinder"),
        "nova": {**ground.account("nova"), "interface": "public"},
        "service_user": {**ground.account("cinder"), "send_service_user_token": True},
        **ground.common,
    }
