"""YAML files read into trees of nodes that remember their file and line.

The reader keeps to YAML 1.2: `yes` and `no` are words, and dates stay text. Duplicate keys, which YAML
readers pass over, are found here.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.reader import ReaderError

from sim.configs.problems import ConfigError, Origin, Problem, fail, listing

type Key = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value, the place it stands at, and what its author noted about it."""

    value: Any
    """A scalar, a tuple of nodes, or a mapping of keys to nodes."""
    origin: Origin
    keys: dict[Key, Origin] = field(default_factory=dict)
    """For mappings: the place of each key."""
    annotation: dict[str, Any] = field(default_factory=dict)
    whole: bool = False
    """Whether a layer above replaces this mapping instead of being merged into it, as with schedules."""

    @property
    def is_mapping(self) -> bool:
        """Whether the node holds named nodes."""
        return isinstance(self.value, dict)

    @property
    def is_section(self) -> bool:
        """Whether the node holds named nodes that layers may override one by one."""
        return isinstance(self.value, dict) and not self.whole

    def plain(self) -> Any:
        """The value without places: mappings, tuples and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return tuple(node.plain() for node in self.value)
        return self.value


def from_plain(value: Any, origin: Origin) -> Node:
    """A node from plain Python values."""
    if isinstance(value, dict):
        children = {key: from_plain(item, origin) for key, item in value.items()}
        return Node(children, origin, dict.fromkeys(children, origin))
    if isinstance(value, list | tuple):
        return Node(tuple(from_plain(item, origin) for item in value), origin)
    if hasattr(value, "item"):
        value = value.item()
    return Node(value, origin)


def shown(path: Path) -> str:
    """A path as the user would write it."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's tree and the mistakes that did not stop the reading."""

    node: Node
    problems: tuple[Problem, ...]


def parse_file(path: Path) -> Parsed:
    """The tree of a file; a file that did not change is read once a process."""
    name = shown(path)
    place = Origin(name)
    if path.is_dir():
        raise fail(place, "", "a YAML file", "a folder")
    try:
        status = path.stat()
        return _parse_once(str(path.absolute()), name, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        raise fail(place, "", "a YAML file", "no such file") from None
    except OSError as error:
        raise fail(place, "", "a readable YAML file", (error.strerror or "an unreadable file").lower()) from None


@lru_cache(maxsize=256)
def _parse_once(path: str, name: str, changed: int, size: int) -> Parsed:
    raw = Path(path).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fail(
            Origin(name, line),
            "",
            "text in UTF-8",
            "another encoding",
            "save the file as UTF-8 in your editor",
        ) from None
    return parse_text(text, name)


def parse_text(text: str, name: str, *, numbered: bool = True) -> Parsed:
    """The tree of a text; `numbered` says whether its lines mean anything to the user."""
    reader = _TreeReader(name, numbered)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise fail(reader.origin(line), "", "plain text", f"the control character {error.character!r}") from None
    except MarkedYAMLError as error:
        raise _syntax_error(error, reader) from None
    except YAMLError as error:
        raise fail(reader.origin(1), "", "well-formed YAML", str(error).splitlines()[0]) from None
    if root is None:
        raise fail(reader.origin(1), "", "settings", "nothing: the file is empty")
    return Parsed(reader.read(root, ""), tuple(reader.problems))


SYNTAX_HINTS = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("mapping values are not allowed", "put text that holds a colon in quotes, or align the indentation"),
    ("block end", "align the indentation with the lines above"),
    ("could not find expected ':'", "write a colon and a space after the key"),
    ("while scanning a quoted scalar", "close the quotation mark"),
    ("while parsing a flow", "close the bracket, and put commas between items"),
    ("undefined alias", "name an anchor that stands above"),
    ("single document", "keep one document in a file, without a second ---"),
    ("cannot start any token", "put the text in quotes"),
)


def _syntax_error(error: MarkedYAMLError, reader: "_TreeReader") -> ConfigError:
    mark = error.problem_mark or error.context_mark
    said = f"{error.context or ''} {error.problem or ''}"
    hint = next((hint for words, hint in SYNTAX_HINTS if words in said), "")
    found = "a tab" if "'\\t'" in said else (error.problem or error.context or "a mistake").strip()
    for words in ("found ", "expected "):
        found = found.removeprefix(words) if words == "found " else found
    line = mark.line + 1 if mark else 1
    return fail(reader.origin(line), "", "well-formed YAML", found, hint)


class _TreeReader:
    """Turns composed YAML into nodes and gathers what is doubtful on the way."""

    def __init__(self, name: str, numbered: bool):
        self.name = name
        self.numbered = numbered
        self.problems: list[Problem] = []
        self.open: set[int] = set()

    def origin(self, line: int) -> Origin:
        return Origin(self.name, line if self.numbered else None)

    def place(self, node: YamlNode) -> Origin:
        return self.origin(node.start_mark.line + 1)

    def report(self, origin: Origin, path: str, expected: str, found: str, hint: str = "") -> None:
        self.problems.append(Problem.at(origin, path, expected, found, hint))

    def read(self, node: YamlNode, path: str) -> Node:
        origin = self.place(node)
        if isinstance(node, ScalarNode):
            return Node(self.scalar(node, path), origin)
        if id(node) in self.open:
            self.report(origin, path, "a value", "an anchor inside itself")
            return Node(None, origin)
        self.open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                items = (self.read(item, f"{path}.{place}".lstrip(".")) for place, item in enumerate(node.value))
                return Node(tuple(items), origin)
            assert isinstance(node, MappingNode)
            return self.mapping(node, path, origin)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: MappingNode, path: str, origin: Origin) -> Node:
        children: dict[Key, Node] = {}
        keys: dict[Key, Origin] = {}
        for key_node, value_node in node.value:
            place = self.place(key_node)
            if not isinstance(key_node, ScalarNode):
                self.report(place, path, "a plain key", "a list or mapping as key")
                continue
            key = self.scalar(key_node, path)
            below = f"{path}.{key}".lstrip(".")
            if key in children:
                first = keys[key].line
                self.report(place, below, "each key once", f"{key} again", f"it stands in line {first} already")
                continue
            keys[key] = place
            empty = isinstance(value_node, ScalarNode) and not value_node.value and not value_node.style
            children[key] = Node(None, place) if empty else self.read(value_node, below)
        return Node(children, origin, keys)

    def scalar(self, node: ScalarNode, path: str) -> Any:
        kind = str(node.tag).rsplit(":", 1)[-1]
        text = node.value
        try:
            match kind:
                case "str" | "timestamp" | "merge" | "value":
                    return text
                case "int":
                    return int(
                        text.replace("_", ""),
                        0 if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else 10,
                    )
                case "float":
                    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
                case "bool":
                    return text.lower() == "true"
                case "null":
                    return None
        except ValueError:
            return text
        self.report(self.place(node), path, "a plain value", f"the tag {node.tag}", "leave the tag out")
        return text


LONGEST_WORDS = 60
"""Longest piece of the user's text that an error repeats."""


def words_of(node: Node) -> str:
    """What stands in the file, in a few words."""
    value = node.value
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_WORDS else value[:LONGEST_WORDS] + "…"
        return f'the text "{text}"'
    if isinstance(value, dict):
        return f"a section with {listing(value)}" if value else "an empty section"
    if isinstance(value, tuple):
        if len(value) <= 6 and not any(isinstance(item.value, dict | tuple) for item in value):
            return f"[{', '.join(str(item.value) for item in value)}]"
        return f"a list of {len(value)}"
    return repr(value)
