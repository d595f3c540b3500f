# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Neutron: its API alone, without agents; the rig's own drivers bind every port and settle every floating IP."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .ground import Ground, Sections


def sections(ground: Ground) -> Sections:
    return {
        "DEFAULT": {
            "use_stderr": True,
            "core_plugin": "ml2",
            "service_plugins": "rig_router",
            "auth_strategy": "keystone",
            "transport_url": "fake://",
            "api_paste_config": ground.etc / "neutron-api-paste.ini",
            "state_path": ground.home / "state",
            "dhcp_agent_notification": False,
            "enable_traditional_dhcp": False,
            "enable_dvr": False,
            "notify_nova_on_port_status_changes": False,
            # Floating IPs reach the addresses of a server by this event only.
            "notify_nova_on_port_data_changes": True,
            "send_events_interval": 1,
        },
        "database": ground.database("neutron"),
        "keystone_authtoken": ground.tokens("neutron"),
        "nova": {**ground.account("nova"), "endpoint_type": "public"},
        "ml2": {
            "type_drivers": "flat,vlan,vxlan,local",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "rig",
            "extension_drivers": "port_security",
        },
        "ml2_type_flat": {"flat_networks": "public"},
        "ml2_type_vxlan": {"vni_ranges": "1001:1200"},
        "quotas": {"quota_port": 500, "quota_security_group": 50},
        **ground.common,
    }
