# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes files that begin as images do."""

from __future__ import annotations

import hashlib
import pathlib
import sys


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    for name in ("appliance-7", "appliance-7b", "cirros"):
        content = b"QFI\xfb" + name.encode() * 50_000
        (folder / f"{name}.qcow2").write_bytes(content)
        (folder / f"{name}.sha256").write_text(hashlib.sha256(content).hexdigest() + "\n", encoding="utf-8")
    (folder / "letter.txt").write_text("Dear Ada,\n", encoding="utf-8")


if __name__ == "__main__":
    main()
