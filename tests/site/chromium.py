"""Which browser the report is tested in, and how a machine comes by one.

`make test` runs this file first: as root on a machine with apt it installs Debian's Chromium where
there is none. Where it may not, the tests in the browser skip and say why; with
`ELOLAG_REQUIRE_BROWSER=1`, which the gate sets, a missing browser is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium on this machine, so the report was not tried in a browser: "
    "install one (on Debian, as root: apt-get install chromium)"
)


def found() -> str | None:
    """Path of the first browser that starts; Ubuntu's `chromium-browser` may only name a snap."""
    for path in map(shutil.which, NAMES):
        if path is not None:
            said = subprocess.run([path, "--version"], capture_output=True, check=False)
            if said.returncode == 0:
                return path
    return None


def required() -> bool:
    return os.environ.get("ELOLAG_REQUIRE_BROWSER") == "1"


def install(apt: str) -> None:
    """Ask apt for Chromium, and say in one line when it does not give it."""
    sys.stderr.write("no Chromium on this machine: installing Debian's for the tests\n")
    quiet = [apt, "-qq", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            [*quiet, *step],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    if done.returncode != 0:
        why = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        sys.stderr.write(f"apt-get install chromium failed: {why}\n")


def main() -> None:
    if found() is None:
        apt = shutil.which("apt-get")
        if apt is not None and os.geteuid() == 0:
            install(apt)
        if required() and found() is None:
            sys.exit(MISSING)


if __name__ == "__main__":
    main()
