# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection: it may change without notice.

"""The way to openstacksdk's reading of clouds.yaml, and to nothing else of it.

Who imports any part of a package imports the package, and that one brings in every service of OpenStack: 0.2 s of CPU,
more than all requests of an inventory take, and nothing of it is used here. So the package is put off until somebody
asks it for something that is not in a part of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types

_SDK = "openstack"


class _PutOff(types.ModuleType):
    """A package whose parts can be imported, and which becomes what it is as soon as it is asked for anything else."""

    def __getattr__(self, name: str) -> object:
        if not name.startswith("__"):
            try:
                return importlib.import_module(f"{self.__name__}.{name}")
            except ModuleNotFoundError:
                pass
        self.__class__ = types.ModuleType  # type: ignore[assignment]  # it is one, and this was called for the last time
        if self.__spec__ is not None and self.__spec__.loader is not None:
            self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def config_loader() -> types.ModuleType:
    """The module ``openstack.config.loader``. An ImportError says that it is not there, or what it lacks."""
    put_off = _SDK not in sys.modules and _put_off()
    try:
        from openstack.config import loader  # noqa: PLC0415
    except ImportError:
        if put_off:
            del sys.modules[_SDK]
        raise
    return loader


def _put_off() -> bool:
    spec = importlib.util.find_spec(_SDK)
    if spec is None:
        return False
    package = importlib.util.module_from_spec(spec)
    package.__class__ = _PutOff
    sys.modules[_SDK] = package
    return True
