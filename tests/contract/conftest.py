# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract is tried on: a fake in memory, the simulator, and the real clouds that the command line names."""

from __future__ import annotations

import contextlib
import os
import pathlib
import typing as t

import pytest
import yaml

if t.TYPE_CHECKING:
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage
    from ansible_collections.openmultistack.cloud.tests.contract.worlds import World
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator

# Not each test makes sense everywhere; one that does not is not even collected there.
_MARKS = {
    "wired": "not on the fake, which sends nothing over a wire",
    "slow": "takes a second or more; make unit leaves it to make slow",
    "simulated": "only on what is not real, which can be broken in more ways",
    "breaks": "needs faults: real clouds run it only with --rig",
    "stops": "a service stops for everybody: of the real clouds only the last one runs it, at the end",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the real clouds are."""
    group = parser.getgroup("contract")
    group.addoption("--clouds", metavar="FILE", help="a clouds.yaml of real clouds to try the contract on, too")
    group.addoption("--on", metavar="CLOUD", action="append", help="only this cloud of them; may be said again")
    group.addoption("--real-only", action="store_true", help="leave out the fake and the simulator")
    group.addoption("--admins", metavar="FILE", help="their administrators, as NAME-admin (clouds-admin.yaml beside)")
    group.addoption("--rig", metavar="COMMAND", help="what breaks them: COMMAND knob|stop|start|freeze|thaw CLOUD ...")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks."""
    for name, meaning in _MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test once for everything that it can be tried on."""
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    for fixture, here in (("world", ["fake", "simulator"]), ("stage", ["simulator"])):
        if fixture in metafunc.fixturenames:
            where = [*here["wired" in marks and "fake" in here :], *_real(metafunc.config, marks)]
            metafunc.parametrize(fixture, where, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One cloud after the other, and what stops services at the end."""
    if config.option.real_only:
        config.hook.pytest_deselected(items=[item for item in items if not _cloud_of(item)])
        items[:] = filter(_cloud_of, items)
    items.sort(key=lambda item: (item.get_closest_marker("stops") is not None, _cloud_of(item)))


def _real(config: pytest.Config, marks: set[str]) -> list[str]:
    """The real clouds that a test with these marks is for."""
    if not config.option.clouds or "simulated" in marks:
        return []
    if marks & {"breaks", "stops"} and not config.option.rig:
        return []
    clouds = [each for each in _entries(config.option.clouds) if each in (config.option.on or [each])]
    return clouds[-1:] if "stops" in marks else clouds


def _entries(path: str) -> dict[str, t.Any]:
    """The clouds of a file, each in its first region."""
    clouds = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))["clouds"]
    return {name: _in_one_region(entry) for name, entry in clouds.items()}


def _in_one_region(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    regions = entry.get("regions") or [entry.get("region_name")]
    first = regions[0]["name"] if isinstance(regions[0], dict) else regions[0]
    return {**{key: entry[key] for key in entry if key != "regions"}, "region_name": first}


def _cloud_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    where = callspec.params.get("stage") or callspec.params.get("world") if callspec else None
    return "" if where in (None, "fake", "simulator") else str(where)


@pytest.fixture(scope="session")
def simulator() -> t.Iterator[Simulator]:
    # At the top of this file it would be too early: the collection can be imported once pytest is configured.
    from ansible_collections.openmultistack.cloud.tests.contract.tenancy import FLAVORS  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.simulator import Simulator  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.simulator.config import DEFAULT_FLAVORS  # noqa: PLC0415

    quick: dict[str, t.Any] = {
        "build_seconds": 0.2,
        "delete_seconds": 0.1,
        "schedule_seconds": 0,
        "recheck_seconds": 0,
        "latency": 0,
    }
    quick |= {"flavors": [*DEFAULT_FLAVORS, *FLAVORS]}
    with Simulator({"clouds": ["alpha"], "defaults": quick}) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def real(request: pytest.FixtureRequest) -> t.Iterator[t.Callable[[str], Stage]]:
    """The stage of a real cloud, made when a test first wants it."""
    stages: dict[str, Stage] = {}
    with contextlib.ExitStack() as end:

        def of(cloud: str) -> Stage:
            if cloud not in stages:
                stages[cloud] = _real_stage(request.config, cloud, end)
            return stages[cloud]

        yield of


def _real_stage(config: pytest.Config, cloud: str, end: contextlib.ExitStack) -> Stage:
    from ansible_collections.openmultistack.cloud.tests.contract.client import Client  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract.faults import RigFaults  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract.tenancy import PREFIX, tenancy  # noqa: PLC0415

    path = config.option.clouds
    admins = config.option.admins or path.removesuffix(".yaml") + "-admin.yaml"
    admin = Client(_entries(admins)[f"{cloud}-admin"])
    # Sessions side by side (pytest -n) have a project each.
    suffix = f"-{worker}" if (worker := os.environ.get("PYTEST_XDIST_WORKER")) else ""
    entry = end.enter_context(tenancy(_entries(path)[cloud], admin, suffix))
    user = Client(entry)
    zones = user.get("/os-availability-zone")["availabilityZoneInfo"]
    names = {"image": "cirros", "flavor": "m1.tiny", "network": f"{PREFIX}{suffix}-home", "zone": zones[0]["zoneName"]}
    faults = RigFaults(config.option.rig, cloud) if config.option.rig else None
    stage = Stage(cloud=cloud, user=user, admin=admin, faults=faults, suffix=suffix, names=names)
    end.callback(stage.clean)
    return stage


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> t.Iterator[Stage]:
    """One location, over HTTP, without anything of ours before and after."""
    if request.param == "simulator":
        yield _simulated(request)
    else:
        found = request.getfixturevalue("real")(request.param)
        yield found
        found.clean()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[World]:
    """One location through a port, without servers of ours before and after."""
    from ansible_collections.openmultistack.cloud.tests.contract import worlds  # noqa: PLC0415

    if request.param == "fake":
        yield worlds.in_memory()
    elif request.param == "simulator":
        yield worlds.over_http(_simulated(request), tmp_path, request.getfixturevalue("simulator"))
    else:
        found = request.getfixturevalue("real")(request.param)
        yield worlds.over_http(found, tmp_path)
        found.clean()


def _simulated(request: pytest.FixtureRequest) -> Stage:
    """The simulator as it was in the beginning."""
    from ansible_collections.openmultistack.cloud.tests.contract.client import Client  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract.faults import SimulatorFaults  # noqa: PLC0415
    from ansible_collections.openmultistack.cloud.tests.contract.stage import Stage  # noqa: PLC0415

    simulator = request.getfixturevalue("simulator")
    simulator.reset()
    user, admin = (Client(simulator.clouds_yaml(user=each)["clouds"]["alpha"]) for each in (None, "admin"))
    names = {"image": "cirros", "flavor": "m1.tiny", "network": "private", "zone": "nova"}
    return Stage(
        cloud="alpha", user=user, admin=admin, faults=SimulatorFaults(simulator), names=names, pause=0.02, patience=20
    )
