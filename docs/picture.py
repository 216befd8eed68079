"""Draws docs/_static/terminal.svg: a terminal in which golive takes an emulated offer live.

It is the screen of a real run, at the moment at which 60 % are done. `nox -s picture` runs it; it needs
tmux.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

SHOWN = "golive start contoso contoso-offer --emulate"
PICTURE = Path(__file__).parent / "_static" / "terminal.svg"
COLUMNS, LINES = 84, 16


def main() -> None:
    """Run the command in a terminal, and draw what that shows."""
    tmux = shutil.which("tmux")
    if tmux is None:
        sys.exit("The picture needs tmux.")
    here = [tmux, "-L", "golive-picture"]
    command = f"{Path(sys.executable).parent / SHOWN}; sleep 60"
    size = ["-x", str(COLUMNS), "-y", str(LINES)]
    subprocess.run([*here, "-f", "/dev/null", "new-session", "-d", *size, command], check=True)
    try:
        screen = ""
        while not re.search(r"Live .*\b6\d %", re.sub(r"\x1b\[[\d;]*m", "", screen)):
            time.sleep(0.1)
            screen = subprocess.check_output([*here, "capture-pane", "-e", "-p"], text=True)
    finally:
        subprocess.run([*here, "kill-server"], check=True)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {SHOWN}", "bold"))
    console.print(Text.from_ansi(screen.rstrip()))
    picture = console.export_svg(title="golive")
    # A picture loads nothing, so it must do with the fonts that are there.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    PICTURE.write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
