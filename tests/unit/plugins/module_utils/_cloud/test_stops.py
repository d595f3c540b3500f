# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from ansible_collections.openmultistack.cloud.plugins.module_utils._cloud import stops


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_reason_to_stop(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stops.stop_signals() as reason:
        assert reason() == ""
        signal.raise_signal(number)
        assert reason() == reason() == f"received {number.name}"
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before


def test_the_second_signal_is_not_held_back() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        with stops.stop_signals():
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_beside_the_main_one_leaves_signals_alone() -> None:
    reasons: list[str] = []

    def work() -> None:
        with stops.stop_signals() as reason:
            reasons.append(reason())

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert reasons == [""]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_pipe_that_nobody_reads_is_a_reason_to_stop() -> None:
    reader, writer = os.pipe()
    try:
        assert stops._unread(writer) == ""
        os.close(reader)
        assert stops._unread(writer) == "nobody reads the answer any more"
    finally:
        os.close(writer)
    assert stops._unread(writer) == ""


def test_a_module_whose_caller_has_died_sees_it() -> None:
    code = (
        "import sys, time; sys.path[:0] = eval(sys.argv[1])\n"
        f"from {stops.__name__} import stop_signals\n"
        "with stop_signals() as reason:\n"
        "    end = time.monotonic() + 20\n"
        "    while not reason() and time.monotonic() < end: time.sleep(0.02)\n"
        "    sys.stderr.write(reason())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, repr(sys.path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == "nobody reads the answer any more"


def test_a_process_that_is_about_to_tell_its_result_tells_it() -> None:
    code = (
        "import os, signal, sys; sys.path[:0] = eval(sys.argv[1])\n"
        f"from {stops.__name__} import stop_signals\n"
        "with stop_signals(keep=True): pass\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "print('the result')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, repr(sys.path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "the result\n")
