"""Settings: one value changed by its dotted path, as in `rotation.rate=0.05`.

A `*` stands for every name at its level. A path that does not start at the top of the configuration is looked
for below the places its reader names (`links.*` for policies), and a few short forms stand for longer paths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from sim.configs.notes import LASTING, strip
from sim.configs.problems import ConfigError, Origin, Problem, fail, listing, nearest
from sim.configs.shapes import Shape, leaf_paths
from sim.configs.tree import Node, from_plain, parse_text

type Path = tuple[Any, ...]


def written(value: Any) -> str:
    """A value as YAML writes it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value to be set at a path."""

    path: str
    node: Node
    origin: Origin
    optional: bool = False
    """Whether the setting may find no place, as one meant for several policies may in one of them."""
    prefix: str = ""
    """What stood before the path, such as `evidence.`, where the reader has taken it off."""

    @property
    def value(self) -> Any:
        """The value as plain Python."""
        return self.node.plain()

    def below(self, prefix: str) -> "Setting":
        """The same setting seen from inside `prefix`, if its path starts so."""
        if not self.path.startswith(f"{prefix}."):
            return self
        return replace(self, path=self.path.removeprefix(f"{prefix}."), prefix=f"{prefix}.")

    def __str__(self) -> str:
        return f"{self.prefix}{self.path}={written(self.value)}"


type Settings = Iterable[Setting | str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """A setting and the full paths it has set."""

    setting: Setting
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """Short forms of paths and the place where unknown paths are looked for."""

    forms: Mapping[str, str] = field(default_factory=dict)
    below: str | None = None

    def full_forms(self, path: str, top: Iterable[str]) -> list[str]:
        """The paths to try, the likeliest first."""
        if path in self.forms:
            return [self.forms[path]]
        if path.split(".")[0] in (*top, "*") or self.below is None:
            return [path]
        return [f"{self.below}.{path}"]

    def short_form(self, path: str) -> str:
        """The form in which a user would name a full path, its free names left out."""
        for short, full in self.forms.items():
            if _alike(full, path):
                return short
        if self.below is not None:
            head = self.below.split(".")
            parts = path.split(".")
            if _alike(self.below, ".".join(parts[: len(head)])) and len(parts) > len(head):
                return ".".join(parts[len(head) :])
        return path


def _alike(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("."), path.split(".")
    return len(wanted) == len(given) and all(want in ("*", have) for want, have in zip(wanted, given, strict=True))


def parse_setting(text: str, origin: Origin | None = None) -> Setting:
    """A setting from the form `path=value`; the value is read as YAML."""
    place = origin or Origin(f"setting {text}")
    path, equals, value = text.partition("=")
    path, value = path.strip(), value.strip()
    if not equals or not value:
        raise fail(place, "", "path=value, as in rotation.rate=0.05", f'"{text}"')
    if not path or any(not part or part != part.strip() for part in path.split(".")):
        raise fail(place, "", "a dotted path before the =", f'"{path}"')
    parsed = parse_text(value, place.file, numbered=False)
    if parsed.problems:
        raise ConfigError(parsed.problems)
    return Setting(path, _at(parsed.node, place), place)


def make_setting(path: str, value: Any, origin: Origin | None = None, *, optional: bool = False) -> Setting:
    """A setting from a path and a Python value."""
    place = origin or Origin(f"setting {path}={value}")
    return Setting(path, from_plain(value, place), place, optional)


def as_settings(settings: Settings) -> tuple[Setting, ...]:
    """Settings from texts, from ready settings or from a mapping of paths to values."""
    if isinstance(settings, str):
        return (parse_setting(settings),)
    if isinstance(settings, Mapping):
        return tuple(make_setting(path, value) for path, value in settings.items())
    problems: list[Problem] = []
    read: list[Setting] = []
    for setting in settings:
        try:
            read.append(parse_setting(setting) if isinstance(setting, str) else setting)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tuple(read)


def _at(node: Node, origin: Origin) -> Node:
    """The same tree, all of it standing at one place."""
    if isinstance(node.value, dict):
        children = {key: _at(child, origin) for key, child in node.value.items()}
        return Node(children, origin, dict.fromkeys(children, origin), node.annotation, node.whole)
    if isinstance(node.value, tuple):
        return Node(tuple(_at(child, origin) for child in node.value), origin, {}, node.annotation, node.whole)
    return Node(node.value, origin, {}, node.annotation, node.whole)


def expand(setting: Setting, tree: Node, model: type[BaseModel], shortcuts: Shortcuts) -> list[Path]:
    """Every full path that a setting means; none where nothing matches."""
    for full in shortcuts.full_forms(setting.path, model.model_fields):
        paths = _expand(full.split("."), tree, Shape(model), ())
        if paths:
            return paths
    return []


def _expand(parts: list[str], node: Node | None, shape: Shape, trail: Path, *, wild: bool = False) -> list[Path]:
    if not parts:
        return [trail]
    part, rest = parts[0], parts[1:]
    children: dict[Any, Node] = node.value if node is not None and node.is_section else {}
    keys: list[Any]
    if shape.model:
        fields = list(shape.model.model_fields)
        keys = [name for name in fields if part in ("*", name)]
    elif shape.is_table:
        named = {str(key): key for key in children}
        if part == "*":
            keys = list(children)
        elif part in named:
            keys = [named[part]]
        elif not rest and not shape.item.model:
            keys = [int(part) if part.isdigit() else part]
        else:
            keys = []
    else:
        return []
    paths: list[Path] = []
    wild = wild or part == "*"
    for key in keys:
        below, child = shape.child(key), children.get(key)
        absent = child is None or child.value is None
        if wild and rest and below.optional and below.model and absent:
            continue
        paths += _expand(rest, child, below, (*trail, key), wild=wild)
    return paths


def apply(
    settings: Iterable[Setting],
    tree: Node,
    model: type[BaseModel],
    shortcuts: Shortcuts,
    problems: list[Problem],
) -> tuple[Node, tuple[Applied, ...]]:
    """The tree with the settings made, and what each of them set."""
    applied = []
    for setting in settings:
        paths = expand(setting, tree, model, shortcuts)
        if not paths:
            if not setting.optional:
                problems.append(_no_match(setting, tree, model, shortcuts))
            continue
        node = strip(Node({"_": setting.node}, setting.origin, {"_": setting.origin}), problems).value["_"]
        for path in paths:
            tree = _put(tree, path, node)
        applied.append(Applied(setting, tuple(setting.prefix + ".".join(map(str, path)) for path in paths)))
    return tree, tuple(applied)


def _put(tree: Node, path: Path, node: Node) -> Node:
    """A copy of the tree with one value replaced."""
    key, *rest = path
    children = dict(tree.value) if tree.is_section else {}
    keys = dict(tree.keys) if tree.is_section else {}
    old = children.get(key)
    if rest:
        children[key] = _put(old if old is not None else Node({}, node.origin), tuple(rest), node)
        keys.setdefault(key, node.origin)
    else:
        children[key] = keep_lasting(old, node)
        keys[key] = node.origin
    return Node(children, tree.origin, keys, tree.annotation)


def keep_lasting(old: Node | None, new: Node) -> Node:
    """The new value, with the old one's unit and range where it states none."""
    if old is None or old.is_section or new.is_section:
        return new
    lasting = {name: value for name, value in old.annotation.items() if name in LASTING}
    return Node(new.value, new.origin, new.keys, {**lasting, **new.annotation}, new.whole)


def _no_match(setting: Setting, tree: Node, model: type[BaseModel], shortcuts: Shortcuts) -> Problem:
    full = [".".join(map(str, path)) for path in leaf_paths(Shape(model), tree)]
    begun = setting.path.split(".")[0] in model.model_fields
    known = set(full) if begun else {shortcuts.short_form(path) for path in full}
    last = setting.path.rsplit(".", 1)[-1]
    ends = sorted(path for path in known if path.rsplit(".", 1)[-1] == last)
    likely = listing([setting.prefix + path for path in ends], 3)
    hint = f"did you mean {likely}?" if ends and len(ends) <= 3 else ""
    hint = hint or nearest(setting.path, known | set(shortcuts.forms) | set(model.model_fields), setting.prefix)
    if setting.path in shortcuts.forms or setting.path in known:
        hint = "nothing here has this setting"
    place = setting.origin
    path = setting.prefix + setting.path
    return Problem.at(place, "", "the path of a setting", path, hint)
