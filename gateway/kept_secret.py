"""The secret of a gateway that nobody gave one: made at its first start, and kept beside its database."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from gateway.readings import SHORTEST_SECRET
from gateway.settings import SettingError


def kept_secret(database_url: str) -> str:
    """The secret in the file beside an SQLite database, made at the first start, readable by its owner alone."""
    database = database_url.partition("///")[2] or "onevisit.db"
    path = Path(database).parent / ".onevisit" / "secret"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place(path, secrets.token_hex(32))
    secret = path.read_text(encoding="utf-8").strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingError(
            f"{path} holds {len(secret)} characters and needs {SHORTEST_SECRET}: remove it for a new one"
        )
    return secret


def _place(path: Path, text: str) -> None:
    """Put a whole file there, readable by its owner alone; whoever is faster wins, and nobody reads half of one."""
    written, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(written, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    except OSError:  # not every file system has links
        Path(name).replace(path)
        return
    Path(name).unlink()
