# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The options of an account, as an order."""

from __future__ import annotations

import typing as t

from .account_plan import AccountOrder, account_name
from .cloud_entry import Wanted, over, wanted_by
from .openrc import code_warning, variables_in

_BESIDE = ("auth_type", "interface", "cacert", "verify")


def account_order(params: t.Mapping[str, t.Any], openrc: str) -> AccountOrder:
    """The order that these options and the text of the openrc.sh make; what an option says goes before that."""
    wanted = _said(params)
    if params.get("openrc"):
        found, where = variables_in(openrc, params["openrc"]), str(params["openrc"])
        wanted = over(_warned(wanted_by(found, where), code_warning(found, where)), wanted)
    return AccountOrder(
        name=account_name(params["name"]),
        wanted=wanted,
        hints=dict(params.get("hints") or {}),
        region=params.get("region") or "",
    )


def _said(params: t.Mapping[str, t.Any]) -> Wanted:
    given = {name: value for name, value in (params.get("auth") or {}).items() if value not in (None, "")}
    beside = {name: params[name] for name in _BESIDE if params.get(name) is not None}
    return Wanted(auth=given, beside=beside, regions=tuple(params.get("regions") or ()))


def _warned(wanted: Wanted, warning: str) -> Wanted:
    warnings = (*wanted.warnings, *((warning,) if warning else ()))
    return Wanted(
        auth=wanted.auth,
        beside=wanted.beside,
        region=wanted.region,
        untold=wanted.untold,
        whole=wanted.whole,
        warnings=warnings,
    )
