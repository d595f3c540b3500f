# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What every module does with its job: answer what it tells, warn of what it warns of, fail as it failed."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

from ._errors import MultiStackError

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from ._jobs.ask import Outcome


def with_owner(options: t.Mapping[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """The options, of which C(owner) may come from the environment."""
    return {**options, "owner": {**options["owner"], "fallback": (env_fallback, ["OPENMULTISTACK_OWNER"])}}


def temporary_folder(module: AnsibleModule) -> str | None:
    """The temporary folder that the module was given, if any; C(module.tmpdir) would make one where there is none."""
    folder = vars(module).get("_tmpdir")
    return folder if isinstance(folder, str) else None


def serve(module: AnsibleModule, job: t.Callable[[], Outcome]) -> None:
    """Do the job, tell its outcome, and end the process; a mistake of the user is a sentence."""
    try:
        outcome = job()
    except MultiStackError as error:
        module.fail_json(msg=str(error))
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.failure:
        module.fail_json(**{**outcome.answer, "msg": outcome.failure})
    module.exit_json(**outcome.answer)
