# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ready-made behaviours with the texts of real clouds; more keys narrow them: {"preset": "quota", "cloud": "alpha"}."""

from __future__ import annotations

import typing as t

Raw = t.Mapping[str, t.Any]

_NO_HOST = "No valid host was found. There are not enough hosts available."
_QUOTA = "Quota exceeded for instances: Requested 1, but already used 20 of 20 instances"

PRESETS: t.Mapping[str, Raw] = {
    "dead": {"event": "any", "do": "drop"},
    "keystone_dead": {"event": "identity", "do": "drop"},
    "nova_dead": {"event": "compute", "do": "drop"},
    "glance_dead": {"event": "image", "do": "drop"},
    "neutron_dead": {"event": "network", "do": "drop"},
    "hung": {"event": "any", "do": "hang"},
    "nova_hung": {"event": "compute", "do": "hang"},
    "keystone_hung": {"event": "identity", "do": "hang"},
    "drip": {"event": "server.list", "do": "drip", "commit": True},
    "truncated": {"event": "server.list", "do": "truncate", "commit": True},
    "refuse_half": {"event": "server.create", "every": 2, "do": "answer", "status": 403, "message": _QUOTA},
    "refuse_creates": {"event": "server.create", "do": "answer", "status": 403, "message": _QUOTA},
    "quota": {"event": "server.create", "do": "answer", "status": 403, "message": _QUOTA},
    "no_valid_host": {"event": "server.build", "do": "error", "message": _NO_HOST},
    "no_valid_host_half": {"event": "server.build", "every": 2, "do": "error", "message": _NO_HOST},
    "late_quota": {"event": "server.build", "do": "error", "code": 413, "message": _QUOTA},
    "spawn_fails": {
        "event": "server.build",
        "do": "error",
        "stage": "spawning",
        "message": "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures"
        " for instance {id}.",
    },
    "no_address_left": {
        "event": "server.build",
        "do": "error",
        "stage": "networking",
        "message": "Build of instance {id} aborted: Failed to allocate the network(s) with error No fixed IP"
        " addresses available for network: {network}, not rescheduling.",
    },
    "error_without_fault": {"event": "server.build", "do": "error", "stage": "spawning", "message": ""},
    "stuck_build": {"event": "server.build", "do": "stall"},
    "stuck_spawning": {"event": "server.build", "do": "stall", "stage": "spawning"},
    "slow_build": {"event": "server.build", "do": "delay", "seconds": 60.0},
    "no_addresses": {"event": "server.build", "do": "bare"},
    "stuck_delete": {"event": "server.remove", "do": "ignore"},
    "ignored_delete": {"event": "server.delete", "do": "answer", "status": 204, "body": ""},
    "failed_delete": {"event": "server.remove", "do": "error", "message": "Failed to terminate instance"},
    "lost_answer": {"event": "server.create", "do": "drop", "commit": True},
    "lost_request": {"event": "server.create", "do": "drop"},
    "late_post": {"event": "server.create", "do": "hang", "commit_after": 5.0},
    "error_before": {"event": "server.create", "do": "answer", "status": 500},
    "error_after": {"event": "server.create", "do": "answer", "status": 500, "commit": True},
    "gateway_timeout": {"event": "server.create", "do": "answer", "status": 504, "commit": True},
    "rate_limited": {"event": "compute", "do": "answer", "status": 429, "headers": {"Retry-After": "1"}},
    "overloaded": {"event": "compute", "do": "answer", "status": 503},
    "slow": {"event": "any", "do": "delay", "seconds": 2.0},
    "unauthorized": {"event": "compute", "do": "answer", "status": 401},
}


def expanded(raw: Raw) -> dict[str, t.Any]:
    """The behaviour with its preset written out."""
    plain = dict(raw)
    name = plain.pop("preset", None)
    if name is None:
        return plain
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; there are {', '.join(sorted(PRESETS))}")
    return {**PRESETS[name], **plain}
