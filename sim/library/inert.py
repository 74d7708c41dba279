"""Settings that describe without acting: no process reads them yet, so changing one changes nothing.

They are kept because the documents decree them and later mechanisms will act on them; whoever sets one is told.
"""

from collections.abc import Iterable
from fnmatch import fnmatch

INERT = (
    # Accounts stay with each school in every document, and moves are decreed as rates: nothing is left to veto.
    "links.*.legal",
    "evidence.portable_share",
    "evidence.principal_sd",
)
"""Full paths, with `*` for any part. Tested: no process reads them."""


def inert(paths: Iterable[str]) -> list[str]:
    """Those of the full paths on which nothing acts, in their order."""
    return [path for path in dict.fromkeys(paths) if any(fnmatch(path, pattern) for pattern in INERT)]
