# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MariaDB, which has the databases of all sites, and memcached, where services keep the tokens that they checked."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
import typing as t

from .debian import SEARCHED, program
from .processes import Processes, Program, run, tail
from .settings import RigError, Settings

if t.TYPE_CHECKING:
    from pathlib import Path

MARIADB, MEMCACHED = "mariadb", "memcached"
_LONGEST_SOCKET = 107
# What is lost when the machine fails can be made again.
_OPTIONS = (
    "--skip-networking",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--character-set-server=utf8mb3",
    "--innodb-buffer-pool-size=256M",
    "--innodb-log-file-size=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--performance-schema=off",
    "--max-connections=1000",
    "--table-open-cache=4000",
    "--open-files-limit=16000",
)


class Database:
    """The server, reached by its socket alone."""

    def __init__(self, settings: Settings, processes: Processes) -> None:
        self._settings, self._processes = settings, processes
        self._socket = settings.database_socket
        self._account = f"--user={pwd.getpwuid(os.geteuid()).pw_name}"
        self._client = ("--no-defaults", "--user=root", f"--socket={self._socket}")

    def start(self) -> None:
        """Start both, with a new data folder where there is none."""
        if len(str(self._socket)) > _LONGEST_SOCKET:
            raise RigError(f"{self._socket} is too long for a socket: move the work tree nearer to the root")
        self._settings.data.mkdir(parents=True, exist_ok=True)
        self._settings.data.chmod(0o700)
        folder = self._settings.data / "mariadb"
        if not (folder / "mysql").is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            self._make(folder)
        command = (program("mariadbd"), "--no-defaults", self._account, f"--datadir={folder}")
        files = (f"--socket={self._socket}", f"--pid-file={self._settings.data / 'mariadb.pid'}")
        mariadb = self._program(MARIADB, (*command, *files, *_OPTIONS), 0)
        port = str(self._settings.memcached_port)
        words = ("-l", "127.0.0.1", "-p", port, "-U", "0", "-m", "64", "-u", "root")
        memcached = self._program(MEMCACHED, (program("memcached"), *words), self._settings.memcached_port)
        self._processes.start(mariadb)
        self._processes.start(memcached)
        self._processes.wait_until_listens(memcached, 20)
        self._wait(mariadb, 60)

    def stop(self) -> None:
        for name in (MEMCACHED, MARIADB):
            self._processes.stop(name, 60)

    def names(self) -> set[str]:
        return set(self.do("SHOW DATABASES").split())

    def do(self, statements: str, database: str = "") -> str:
        """The answer of MariaDB, a line for each row."""
        words = (*self._client, "--skip-column-names", "--batch", *([database] if database else []))
        done = subprocess.run(
            (program("mariadb"), *words), input=statements, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RigError(f"MariaDB refused: {done.stderr.strip()[:500]}")
        return done.stdout

    def dump(self, database: str) -> str:
        """All statements that make such a database."""
        words = (*self._client, "--skip-comments", database)
        return subprocess.run((program("mariadb-dump"), *words), stdout=subprocess.PIPE, text=True, check=True).stdout

    def _make(self, folder: Path) -> None:
        words = ("--no-defaults", self._account, f"--datadir={folder}", "--skip-test-db")
        install = (program("mariadb-install-db"), *words, "--auth-root-authentication-method=normal")
        run(install, self._settings.logs / "mariadb.log", {"PATH": SEARCHED})

    def _program(self, name: str, command: tuple[str, ...], port: int) -> Program:
        log = self._settings.logs / f"{name}.log"
        return Program(name=name, command=command, log=log, port=port, environment={"PATH": SEARCHED})

    def _wait(self, mariadb: Program, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        ping = (program("mariadb"), *self._client, "--execute=select 1")
        while subprocess.run(ping, capture_output=True, check=False).returncode:
            if not self._processes.pid(MARIADB) or time.monotonic() > deadline:
                raise RigError(f"MariaDB did not start; its log closes with\n{tail(mariadb.log)}")
            time.sleep(0.1)
