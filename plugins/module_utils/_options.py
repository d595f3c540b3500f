# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""Argument specifications, in the order of the documentation fragments of the same names."""

from __future__ import annotations

import typing as t

Spec = dict[str, dict[str, t.Any]]

ACCOUNTS: Spec = {
    "clouds_yaml_path": {"type": "path"},
    "accounts_file": {"type": "path"},
}

ORDER: Spec = {
    "fleet": {"type": "str", "required": True},
    "count": {"type": "int", "aliases": ["exact_count"]},
    "min_count": {"type": "int"},
    "image": {"type": "str"},
    "image_filter": {"type": "dict", "default": {}},
    "flavor": {"type": "list", "elements": "str"},
    "network": {"type": "str"},
    "nics": {"type": "list", "elements": "raw", "default": []},
    "security_groups": {"type": "list", "elements": "str", "default": []},
    "key_name": {"type": "str"},
    "availability_zones": {"type": "list", "elements": "str", "default": []},
    "locations": {"type": "list", "elements": "str", "default": []},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "strategy": {
        "type": "str",
        "choices": ["even", "balanced", "weighted", "pack", "single", "cheapest"],
        "default": "even",
    },
    "max_per_location": {"type": "int"},
    "headroom": {"type": "int", "default": 0},
    "survey_timeout": {"type": "int", "default": 10},
    "api_timeout": {"type": "int", "default": 60},
}

SERVER: Spec = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "slots": {"type": "list", "elements": "int", "default": []},
    "max_removals": {"type": "int"},
    "plan": {"type": "list", "elements": "dict", "default": []},
    "plan_strict": {"type": "bool", "default": False},
    "key": {"type": "str", "choices": ["shared", "per_server"], "default": "shared", "no_log": False},
    "key_dir": {"type": "path"},
    "userdata": {"type": "str", "no_log": True},
    "config_drive": {"type": "bool", "default": False},
    "metadata": {"type": "dict", "default": {}},
    "tags": {"type": "list", "elements": "str", "default": []},
    "description": {"type": "str"},
    "lifetime": {"type": "str"},
    "owner": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 900},
    "boot_timeout": {"type": "int", "default": 300},
    "ready_port": {"type": "int"},
    "max_attempts": {"type": "int", "default": 3},
    "wait_for_room": {"type": "bool", "default": False},
    "on_shortfall": {"type": "str", "choices": ["fail", "accept", "rollback"], "default": "fail"},
    "on_unreachable": {"type": "str", "choices": ["replace", "fail"], "default": "replace"},
    "on_drift": {"type": "str", "choices": ["keep", "replace", "fail"], "default": "keep"},
    "repair": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "fence": {"type": "bool", "default": False},
}

# What every module has that brings one thing to every location.
EVERYWHERE: Spec = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "locations": {"type": "list", "elements": "str", "default": []},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 60},
}

ACCOUNT: Spec = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "verified"], "default": "present"},
    "openrc": {"type": "path"},
    "auth": {
        "type": "dict",
        "options": {
            "auth_url": {"type": "str"},
            "username": {"type": "str"},
            "user_id": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "user_domain_name": {"type": "str"},
            "user_domain_id": {"type": "str"},
            "project_name": {"type": "str"},
            "project_id": {"type": "str"},
            "project_domain_name": {"type": "str"},
            "project_domain_id": {"type": "str"},
            "application_credential_id": {"type": "str"},
            "application_credential_name": {"type": "str"},
            "application_credential_secret": {"type": "str", "no_log": True},
        },
    },
    "auth_type": {"type": "str"},
    "regions": {"type": "list", "elements": "str", "default": []},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"]},
    "cacert": {"type": "path"},
    "verify": {"type": "bool"},
    "hints": {"type": "dict"},
    "region": {"type": "str"},
    "drop_comments": {"type": "bool", "default": False},
    "give_up": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 20},
}

KEYPAIR: Spec = {
    "name": {"type": "str", "required": True},
    "public_key": {"type": "str", "no_log": False},
    "public_key_file": {"type": "path", "no_log": False},
    "private_key_file": {"type": "path", "no_log": False},
    "replace": {"type": "bool", "default": False},
}

IMAGE: Spec = {
    "name": {"type": "str", "required": True},
    "path": {"type": "path"},
    "url": {"type": "str"},
    "checksum": {"type": "str"},
    "disk_format": {"type": "str", "choices": ["raw", "qcow2", "vmdk", "vdi", "vhd", "vhdx", "iso", "ploop"]},
    "visibility": {"type": "str", "choices": ["private", "shared", "community", "public"]},
    "min_disk": {"type": "int"},
    "min_ram": {"type": "int"},
    "properties": {"type": "dict", "default": {}},
    "replace": {"type": "bool", "default": False},
    "web_download": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 1800},
}

PLACEMENT: Spec = {
    **ORDER,
    "fleet": {"type": "str"},
    "owner": {"type": "str"},
    "on_shortfall": {"type": "str", "choices": ["accept", "fail"], "default": "accept"},
    "on_unreachable": {"type": "str", "choices": ["replace", "fail"], "default": "replace"},
}

_RULES: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "direction": {"type": "str", "choices": ["ingress", "egress"], "default": "ingress"},
        "protocol": {"type": "list", "elements": "str", "default": ["any"]},
        "ports": {"type": "list", "elements": "str", "default": []},
        "icmp_type": {"type": "int"},
        "icmp_code": {"type": "int"},
        "ethertype": {"type": "str", "choices": ["IPv4", "IPv6"]},
        "cidrs": {"type": "list", "elements": "str", "default": []},
        "groups": {"type": "list", "elements": "str", "default": []},
        "peers": {"type": "list", "elements": "str", "default": []},
        "description": {"type": "str"},
    },
}

SECURITY_GROUP: Spec = {
    "name": {"type": "str"},
    "description": {"type": "str"},
    "rules": _RULES,
    "security_groups": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "rules": _RULES,
        },
    },
    "exclusive": {"type": "bool", "default": True},
    "egress": {"type": "bool", "default": True},
    "adopt": {"type": "bool", "default": False},
}

NETWORK: Spec = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "pools": {"type": "list", "elements": "str", "default": ["10.64.0.0/12"]},
    "prefix_length": {"type": "int", "default": 24},
    "mtu": {"type": "int"},
    "dns_servers": {"type": "list", "elements": "str"},
    "router": {"type": "bool", "default": True},
    "external_network": {"type": "str"},
}

SERVER_INFO: Spec = {
    "fleet": {"type": "str"},
    "locations": {"type": "list", "elements": "str", "default": []},
    "where": {"type": "str"},
    "foreign": {"type": "bool", "default": False},
    "on_unreachable": {"type": "str", "choices": ["omit", "fail"], "default": "omit"},
    "timeout": {"type": "float", "default": 10},
}

CLOUD_INFO: Spec = {
    "locations": {"type": "list", "elements": "str", "default": []},
    "flavor": {"type": "str"},
    "owner": {"type": "str"},
    "gather": {
        "type": "list",
        "elements": "str",
        "choices": ["flavors", "images", "networks", "zones", "versions"],
        "default": [],
    },
    "timeout": {"type": "float", "default": 10},
}
