"""Settings that describe without acting: no process reads them yet, so changing one changes nothing.

They are kept because the documents decree them and later mechanisms will act on them; whoever sets one is told.
"""

from collections.abc import Iterable
from fnmatch import fnmatch

INERT = (
    "links.*.legal",
    "links.*.finance",
    "evidence.portable_share",
    "evidence.principal_sd",
    "evidence.shared_class_gain",
    "county.labour_yuan.intermediate",
    "county.labour_yuan.senior",
    "county.equipment_life_years",
)
"""Full paths, with `*` for any part. Tested: no process reads them."""


def inert(paths: Iterable[str]) -> list[str]:
    """Those of the full paths on which nothing acts, in their order."""
    return [path for path in dict.fromkeys(paths) if any(fnmatch(path, pattern) for pattern in INERT)]
