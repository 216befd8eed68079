"""Where the system keeps what belongs to a user; never a place that the working directory decides.

click and most else take a relative `XDG_CONFIG_HOME` as it is, so that a file of somebody's repository
would choose where a token is sent. "All paths set in these environment variables must be absolute. If
an implementation encounters a relative path […] it should consider the path invalid and ignore it" (XDG
Base Directory Specification, "Basics").
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["settings_folder", "state_folder"]

_NAME = "golive"


def settings_folder() -> Path | None:
    """Return the folder of the user's settings; None if the user has none. It need not exist."""
    if sys.platform == "win32":
        return _folder("APPDATA", "AppData", "Roaming")
    if sys.platform == "darwin":
        return _folder(None, "Library", "Application Support")
    return _folder("XDG_CONFIG_HOME", ".config")


def state_folder() -> Path | None:
    """Return the folder for what outlives a run; None if the user has none. It need not exist."""
    if sys.platform == "win32":
        return _folder("LOCALAPPDATA", "AppData", "Local")
    if sys.platform == "darwin":
        return _folder(None, "Library", "Application Support")
    return _folder("XDG_STATE_HOME", ".local", "state")


def _folder(variable: str | None, *below_home: str) -> Path | None:
    named = os.environ.get(variable, "") if variable else ""
    if Path(named).is_absolute():
        return Path(named, _NAME)
    home = _home()
    return home and Path(home, *below_home, _NAME)


def _home() -> Path | None:
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    if not Path(home).is_absolute():
        # A HOME that is relative says nothing about whose it is; the system's accounts do.
        try:
            import pwd

            home = pwd.getpwuid(os.getuid()).pw_dir
        except (ImportError, KeyError):
            return None
    return Path(home) if Path(home).is_absolute() else None
