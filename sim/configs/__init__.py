"""Configurations: YAML files read into frozen models, with the place and source of every value.

A file may extend another, overlays may be stacked on it, and settings change single values by their dotted
path. Mistakes are told all at once, each with file, line, what was expected, what was found, and a hint.
Nothing here knows of schools.
"""

from sim.configs.finding import files, find, folders, is_path, names
from sim.configs.notes import Annotation, Note, Notes
from sim.configs.problems import ConfigError, Origin, Problem, fail, listing, mistake, nearest
from sim.configs.reading import Finder, Loaded, read
from sim.configs.settings import (
    Applied,
    Setting,
    Settings,
    Shortcuts,
    as_settings,
    make_setting,
    parse_setting,
    written,
)
from sim.configs.tree import Node, parse_file, shown
from sim.configs.values import (
    Bilingual,
    Count,
    Frozen,
    Meaning,
    PositiveCount,
    Schedule,
    Scheduled,
    Section,
    Share,
    Yuan,
    content_hash,
    freeze,
)

__all__ = [
    "Annotation",
    "Applied",
    "Bilingual",
    "ConfigError",
    "Count",
    "Finder",
    "Frozen",
    "Loaded",
    "Meaning",
    "Node",
    "Note",
    "Notes",
    "Origin",
    "PositiveCount",
    "Problem",
    "Schedule",
    "Scheduled",
    "Section",
    "Setting",
    "Settings",
    "Share",
    "Shortcuts",
    "Yuan",
    "as_settings",
    "content_hash",
    "fail",
    "files",
    "find",
    "folders",
    "freeze",
    "is_path",
    "listing",
    "make_setting",
    "mistake",
    "names",
    "nearest",
    "parse_file",
    "parse_setting",
    "read",
    "shown",
    "written",
]
