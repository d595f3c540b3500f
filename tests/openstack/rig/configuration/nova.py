# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: all of it in one process, whose parts talk to each other without a broker (fake://)."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Section, Sections


def sections(ground: Ground) -> Sections:
    return {
        "DEFAULT": {**_ways(ground), **(_GUESTS if ground.settings.options.guests else {})},
        "wsgi": {"api_paste_config": ground.etc / "api-paste.ini"},
        "api_database": ground.database("nova_api"),
        "database": ground.database("nova"),
        "quota": {"instances": 20, "cores": 40, "ram": 51200, "server_group_members": 5, "server_groups": 10},
        "conductor": {"workers": 1},
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 60},
        "filter_scheduler": {"track_instance_changes": False},
        "keystone_authtoken": ground.tokens("nova"),
        "placement": ground.account("placement"),
        "neutron": ground.account("neutron"),
        "glance": ground.account("glance"),
        "cinder": {**ground.account("nova"), "os_region_name": ground.site.region},
        "service_user": {**ground.account("nova"), "send_service_user_token": True},
        "vnc": {"enabled": False},
        **ground.common,
    }


# Guests come back after `down` and `up`; those that were deleted while their host was dead go when it returns.
_GUESTS: Section = {"resume_guests_state_on_host_boot": True, "running_deleted_instance_poll_interval": 15}


def _ways(ground: Ground) -> Section:
    return {
        "use_stderr": True,
        "host": ground.controller,
        "my_ip": "127.0.0.1",
        "state_path": ground.home / "state",
        "transport_url": "fake://",
        "compute_driver": "rig.driver",
        "reserved_host_memory_mb": 0,
        "reserved_host_disk_mb": 0,
        "initial_cpu_allocation_ratio": 16.0,
        "report_interval": 5,
        "service_down_time": 20,
        "periodic_fuzzy_delay": 5,
        "sync_power_state_interval": -1,  # the fake hypervisor forgets its servers when the process ends
        "max_concurrent_builds": 0,
        "allow_resize_to_same_host": True,
        "block_device_allocate_retries_interval": 1,
        "vif_plugging_is_fatal": False,
        "vif_plugging_timeout": 0,
    }
