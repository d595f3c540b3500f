# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One task on several hosts is several orders. Where they are for one fleet, that is hardly what was meant."""

from __future__ import annotations

import hashlib
import os
import typing as t

# What makes two orders of one task different ones: other fleets, other slots of it, or other accounts.
_APART = ("fleet", "slots", "clouds_yaml_path", "accounts_file")


def ordered_before(folder: str, task: str, host: str, args: t.Mapping[str, t.Any]) -> bool:
    """Whether another host has given this task's order in this run of Ansible, whose folder this is; notes who did."""
    order = repr([task, *(args.get(each) for each in _APART)])
    path = os.path.join(folder, f"multi_stack_order_{hashlib.sha256(order.encode()).hexdigest()[:32]}")
    try:
        with open(path, "x", encoding="utf-8") as note:
            note.write(host)
    except FileExistsError:
        return not _says(path, host)
    except OSError:
        pass
    return False


def several_orders(fleet: object) -> str:
    """What to say then; the same words for every host, so that they are said once."""
    return (
        f"fleet {fleet} is ordered by several hosts in one task, and each of them is an order of its own: they do the "
        "same work again, and none waits for another. Say run_once: true in the task, or hosts: localhost in the play"
    )


def _says(path: str, host: str) -> bool:
    try:
        with open(path, encoding="utf-8") as note:
            return note.read() == host
    except OSError:
        return True
