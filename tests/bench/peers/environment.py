"""An environment for one engine, outside the repository: made once per set of pins and kept in the user's cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[3]
INSTALL_S = 300


class Unavailable(Exception):
    """An engine could not be installed or did not finish; the text says why."""


def folder(name: str, pins: Sequence[str]) -> Path:
    """Where the environment of these packages is kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "pocketdesk" / "peers" / f"{name}-{sha256(' '.join(pins).encode()).hexdigest()[:12]}"


def interpreter(name: str, pins: Sequence[str]) -> Path:
    """The environment's Python; installs what is missing. Raises Unavailable."""
    home = folder(name, pins)
    python, stamp = home / "bin" / "python", home / "complete"
    if not stamp.exists():
        shutil.rmtree(home, ignore_errors=True)
        uv = str(Path(sys.executable).with_name("uv"))
        ran([uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, str(home)], INSTALL_S)
        ran([uv, "pip", "install", "--quiet", "--python", str(python), *pins], INSTALL_S)
        stamp.touch()
    return python


def ran(command: Sequence[str], limit_s: int, where: Path = ROOT, more: Mapping[str, str] | None = None) -> str:
    """What a command prints. Raises Unavailable with the last lines of its complaint, or when it takes too long."""
    try:
        done = subprocess.run(
            command, cwd=where, env=_network() | dict(more or {}), capture_output=True, text=True, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"not done after {limit_s} s") from None
    if done.returncode:
        raise Unavailable(" ".join(done.stderr.split())[-500:] or f"exit code {done.returncode}")
    return done.stdout


def _network() -> dict[str, str]:
    """What pip was told about the network holds for uv as well."""
    told = {"SSL_CERT_FILE": "PIP_CERT", "UV_DEFAULT_INDEX": "PIP_INDEX_URL"}
    return {key: os.environ[source] for key, source in told.items() if os.environ.get(source)} | dict(os.environ)
