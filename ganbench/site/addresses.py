"""Names of files and anchors for anything, whatever it is called: harmless, short, and never two alike."""

import hashlib
import re

_LONGEST = 48


def address(name: str) -> str:
    """Return letters, digits and hyphens that stand for a name: itself where it is harmless, else with a digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if plain == name and len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return "-".join(filter(None, (plain[:_LONGEST].strip("-"), digest)))
