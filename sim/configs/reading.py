"""From files and settings to a frozen model: bases, overlays, settings, validation, all mistakes at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel

from sim.configs.checking import ABSENT, drop_missing, told_once, translate
from sim.configs.notes import Notes, collect, strip
from sim.configs.problems import ConfigError, Origin, Problem, fail, listing
from sim.configs.settings import Applied, Setting, Settings, Shortcuts, apply, as_settings, keep_lasting
from sim.configs.tree import Node, parse_file, shown, words_of

EXTENDS = "extends"
NO_SHORTCUTS = Shortcuts()
type Finder = Callable[[str, Origin], Path]


@dataclass(frozen=True, slots=True)
class Loaded[M: BaseModel]:
    """A configuration as a frozen model, with the notes on its values and the files it came from."""

    name: str
    value: M
    notes: Notes
    files: tuple[Path, ...]
    applied: tuple[Applied, ...] = ()
    """The settings that were made, each with the full paths it set."""
    places: Mapping[str, Origin] = field(default_factory=dict, repr=False)
    """Where every value, section and list item stands, by dotted path."""

    def place(self, path: str) -> Origin:
        """Where a path stands, or the nearest section above it."""
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return self.places.get(path, Origin(self.name))


def merge(below: Node, above: Node) -> Node:
    """One tree over another: sections are merged, anything else is replaced whole."""
    if not (below.is_section and above.is_section):
        return keep_lasting(below, above)
    children = dict(below.value)
    for key, node in above.value.items():
        children[key] = merge(children[key], node) if key in children else node
    return Node(children, above.origin, {**below.keys, **above.keys}, above.annotation)


@dataclass(slots=True)
class _Layers:
    """What has been read so far."""

    find: Finder | None
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    incomplete: bool = False
    extends: bool = False

    def tree(self, path: Path) -> Node | None:
        """One file's tree without remarks, or nothing where it cannot be read."""
        try:
            parsed = parse_file(path)
        except ConfigError as error:
            self.problems += error.problems
            self.incomplete = True
            return None
        if path not in self.files:
            self.files.append(path)
        self.problems += parsed.problems
        if not parsed.node.is_mapping:
            origin = parsed.node.origin
            found = words_of(parsed.node)
            self.problems.append(Problem.at(origin, "", "named settings, one a line", found))
            self.incomplete = True
            return None
        return strip(parsed.node, self.problems)

    def with_base(self, path: Path, chain: tuple[Path, ...] = ()) -> Node | None:
        """A file's tree over the tree it extends."""
        tree = self.tree(path)
        if tree is None or self.find is None or EXTENDS not in tree.value:
            return tree
        self.extends = True
        named, place = tree.value[EXTENDS], tree.keys[EXTENDS]
        own = _without(tree, EXTENDS)
        try:
            if not isinstance(named.value, str):
                raise fail(place, EXTENDS, "the name of one other file", words_of(named))
            base = self.find(named.value, place)
            chain = (*chain, path.resolve())
            if base.resolve() in chain:
                circle = " → ".join(shown(step) for step in (*chain, base.resolve()))
                raise fail(place, EXTENDS, "a file that does not lead back here", named.value, circle)
        except ConfigError as error:
            self.problems += [replace(problem, path=problem.path or EXTENDS) for problem in error.problems]
            self.incomplete = True
            return own
        below = self.with_base(base, chain)
        return merge(below, own) if below is not None else own

    def stack(self, paths: Sequence[Path]) -> list[Node]:
        """The trees of files that must not contradict each other and extend nothing."""
        trees = [tree for path in paths if (tree := self.tree(path)) is not None]
        for place, tree in enumerate(trees):
            if self.find is not None and EXTENDS in tree.value:
                line = tree.keys[EXTENDS]
                expected = "an overlay that extends nothing"
                self.problems.append(Problem.at(line, EXTENDS, expected, EXTENDS, "leave it out"))
                trees[place] = _without(tree, EXTENDS)
        self.problems += _conflicts(trees)
        return trees


def _without(tree: Node, key: str) -> Node:
    children = {name: node for name, node in tree.value.items() if name != key}
    return Node(children, tree.origin, {name: tree.keys[name] for name in children}, tree.annotation)


def read[M: BaseModel](
    path: Path | None,
    model: type[M],
    *,
    beneath: Sequence[Path] = (),
    overlays: Sequence[Path] = (),
    settings: Settings = (),
    shortcuts: Shortcuts = NO_SHORTCUTS,
    find: Finder | None = None,
    name: str = "",
) -> Loaded[M]:
    """Read a file, the file it extends, overlays and settings into a model.

    `find` turns the name after `extends` into a path; without it a file may extend nothing. Without `path`
    the overlays make up the whole, over the files `beneath` them, whose values they may change.
    """
    layers = _Layers(find)
    wanted, problems = _read_settings(settings)
    layers.problems += problems
    tree = layers.with_base(path) if path is not None else None
    root = Origin(shown(path), 1) if path else Origin(f"configs/{name}")
    tree = tree or Node({}, root)
    for stack in (beneath, overlays):
        for over in layers.stack(stack):
            tree = merge(tree, over)
    tree = Node(tree.value, root, tree.keys)
    tree, applied = apply(wanted, tree, model, shortcuts, layers.problems)
    value = translate(tree, model)
    if isinstance(value, tuple):
        value = drop_broken(value, tree)
        if layers.incomplete:
            value = drop_missing(value)
        layers.problems += value if layers.extends or not find else _forgotten_base(value)
    if layers.problems or isinstance(value, tuple):
        raise ConfigError(told_once(layers.problems))
    notes, places = collect(tree)
    return Loaded(name or (path.stem if path else ""), value, notes, tuple(layers.files), applied, places)


def _read_settings(settings: Settings) -> tuple[tuple[Setting, ...], tuple[Problem, ...]]:
    try:
        return as_settings(settings), ()
    except ConfigError as error:
        return (), error.problems


def drop_broken(problems: Iterable[Problem], tree: Node) -> tuple[Problem, ...]:
    """The problems apart from those that follow from remarks without a value, which are told already."""

    def broken(path: str) -> bool:
        node = tree
        for part in path.split("."):
            match = [child for key, child in node.value.items() if str(key) == part] if node.is_mapping else []
            if not match:
                return False
            node = match[0]
        return bool(node.annotation.get("broken"))

    return tuple(problem for problem in problems if not broken(problem.path))


def _forgotten_base(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Many absent values without a base are one mistake: a base that was forgotten."""
    absent = [problem for problem in problems if problem.found == ABSENT]
    at_top = [problem for problem in absent if "." not in problem.path]
    if len(absent) < 2 or not at_top:
        return problems
    names = listing(problem.path for problem in absent)
    told = replace(at_top[0], path="", expected=f"values for {names}", hint="add the line `extends: none`")
    return (told, *(problem for problem in problems if problem not in absent))


def _conflicts(trees: Sequence[Node]) -> list[Problem]:
    """Keys to which two overlays give different values."""
    problems: list[Problem] = []
    for later in range(1, len(trees)):
        for earlier in range(later):
            problems += _conflicts_between(trees[earlier], trees[later], ())
    return problems


def _conflicts_between(first: Node, second: Node, trail: tuple[str, ...]) -> list[Problem]:
    if first.is_section and second.is_section:
        return [
            problem
            for key, node in second.value.items()
            if key in first.value
            for problem in _conflicts_between(first.value[key], node, (*trail, str(key)))
        ]
    if first.plain() == second.plain():
        return []
    origin = second.origin
    expected = f"one value; {first.origin} sets {words_of(first)}"
    return [Problem.at(origin, ".".join(trail), expected, words_of(second), "keep one of the two")]
