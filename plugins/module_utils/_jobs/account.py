# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""One account: written into the files that name it, taken out of them, or tried out."""

from __future__ import annotations

import typing as t

from .._cloud.account_files import account_files, accounts_in, openrc_text, read_files
from .._cloud.clock import SystemClock
from .._cloud.probe import probed
from .._cloud.session import Sessions
from .._cloud.transport import Meter
from .._core.account_order import account_order
from .._core.account_plan import SECURE, account_row, plan_absent, plan_present
from .._core.fleets import our_rows, sightings, unseen_rows
from .._core.listing import listing
from .._core.verification import remarks, verification_failure, verification_row
from .._errors import AccountsError, OrderError
from .ask import Outcome, survey_all

if t.TYPE_CHECKING:
    from .._cloud.account_files import AccountFiles
    from .._core.account_plan import AccountPlan, Held

Params = t.Mapping[str, t.Any]


def account(params: Params, *, check: bool) -> Outcome:
    """Bring the account into the state that the options want; with ``check`` nothing is written."""
    if params["state"] == "verified":
        return _verified(params)
    clouds, hints = params.get("clouds_yaml_path") or "", params.get("accounts_file") or ""
    with account_files(clouds, hints, SystemClock()) as files:
        if params["state"] == "absent":
            return _absent(files, params, check=check)
        order = account_order(params, openrc_text(params["openrc"]) if params.get("openrc") else "")
        plan = plan_present(order, files.held)
        return _carried_out(files, plan, params, check=check, warnings=order.wanted.warnings)


def _absent(files: AccountFiles, params: Params, *, check: bool) -> Outcome:
    plan = plan_absent(params["name"], files.held)
    requests: dict[str, int] = {}
    if plan.named and not params["give_up"]:
        requests = _see_empty(files, params)
    outcome = _carried_out(files, plan, params, check=check)
    outcome.answer["requests"] = requests
    return outcome


def _carried_out(
    files: AccountFiles, plan: AccountPlan, params: Params, *, check: bool, warnings: tuple[str, ...] = ()
) -> Outcome:
    """Write what is planned; what comes of it is known before, and refused where it makes no sense."""
    outcome = Outcome(answer=_answer(plan, files.after(plan), files, check=check), warnings=warnings)
    if outcome.answer["changed"] and not check:
        files.write(plan, drop_comments=params["drop_comments"])
    return outcome


def _answer(plan: AccountPlan, after: Held, files: AccountFiles, *, check: bool) -> dict[str, t.Any]:
    written = [path for file, path in files.paths.items() if plan.edits[file] or (file == SECURE and files.exposed)]
    return {
        "changed": bool(written),
        "msg": f"account {plan.name}: {'would change' if check else 'changed'} {', '.join(written) or 'nothing'}",
        "account": account_row(plan.name, after),
        "files": written,
        "by_location": {},
        "requests": {},
        "diff": plan.diff,
    }


def _see_empty(files: AccountFiles, params: Params) -> dict[str, int]:
    """See that no server of ours is there, at any location of the account; the requests that it took."""
    accounts = accounts_in(files, params.get("clouds_yaml_path") or "")
    labels = [each.label for each in accounts.all if each.cloud == params["name"]]
    census, requests = survey_all(accounts, labels, params["timeout"])
    found = our_rows(sightings(census, 0.0))
    if found:
        fleets = sorted({str(row["fleet"]) for row in found})
        raise OrderError(
            f"account {params['name']}: it has servers of ours ({len(found)}, of the fleets {listing(fleets)}), and "
            "nothing would find them any more; destroy them first, or give them up (give_up: true)"
        )
    silent = [f"{each['location']}: {each['reason']}" for each in unseen_rows(census)]
    if silent:
        head = (
            f"account {params['name']}: nobody knows whether servers of ours are there; try again when it answers, or "
            "give them up (give_up: true)"
        )
        raise AccountsError("\n".join([head, *silent]))
    return requests


def _verified(params: Params) -> Outcome:
    files = read_files(params.get("clouds_yaml_path") or "", params.get("accounts_file") or "")
    accounts, name = accounts_in(files, params.get("clouds_yaml_path") or ""), params["name"]
    chosen = [each for each in accounts.all if each.cloud == name]
    if not chosen:
        there = listing({each.cloud for each in accounts.all}, name)
        raise AccountsError(f'name: there is no account "{name}" in {accounts.source}; there is {there}')
    clock, meter = SystemClock(), Meter()
    probes = probed(chosen, Sessions(accounts, clock, meter), clock, params["timeout"])
    failure = verification_failure(name, probes)
    return Outcome(
        answer={
            "changed": False,
            "msg": f"account {name}: {len(probes)} of {len(probes)} locations can be used",
            "account": account_row(name, files.held),
            "files": [],
            "by_location": {each.location: verification_row(each) for each in probes},
            "requests": meter.totals(),
            "diff": {"before": "", "after": ""},
        },
        warnings=accounts.warnings + tuple(line for each in probes for line in remarks(each)),
        failure=failure,
    )
