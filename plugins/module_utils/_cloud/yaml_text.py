# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""What a YAML file means."""

from __future__ import annotations

import re
import typing as t

from .._errors import AccountsError

_QUOTED = re.compile(r"""\s*(?:'[^']*'|"[^"]*")""")


def parsed(text: str, path: str) -> t.Any:
    """What a text means. Of what is wrong with it only the place is told: the line itself may hold a secret."""
    import yaml  # noqa: PLC0415

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = _QUOTED.sub("", str(getattr(exc, "problem", None) or "it holds what no text holds"))
        raise AccountsError(
            f"{path}{line}: this is no valid YAML ({problem}); correct it there or just before"
        ) from None
