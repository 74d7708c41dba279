"""Where named configurations lie: the working directory first, then what is installed with the package."""

from pathlib import Path

from sim.configs.problems import Origin, fail, listing, nearest


def _installed(name: str) -> Path:
    """A folder installed with the package, or the repository's own when running from a checkout."""
    package = Path(__file__).parent.parent
    inside = package / f"_{name}"
    return inside if inside.is_dir() else package.parent / name


def folders(name: str = "configs") -> tuple[Path, ...]:
    """The folders in which names are looked for, nearest first."""
    local, installed = Path(name), _installed(name)
    if local.is_dir() and installed.is_dir() and local.resolve() == installed.resolve():
        return (local,)
    return (local, installed)


def is_path(name: str) -> bool:
    """Whether a name is meant as a path from the working directory."""
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml"))


def names(kind: str, root: str = "configs") -> list[str]:
    """The names of one kind, wherever they lie."""
    found = {path.stem for folder in folders(root) for path in (folder / kind).glob("*.yaml")}
    return sorted(found)


def find(kind: str, name: str, origin: Origin | None = None, at: str = "", root: str = "configs") -> Path:
    """The file of a name: `find("policies", "taishan")`; `origin` and `at` say where the name was written."""
    if is_path(name):
        path = Path(name)
        if path.is_file():
            return path
        raise fail(origin or Origin(name), at, "an existing file", name)
    for folder in folders(root):
        path = folder / kind / f"{name}.yaml"
        if path.is_file():
            return path
    known = names(kind, root)
    hint = nearest(name, known) or f"known: {listing(known)}"
    words = {"policies": "a policy", "counties": "a county"}.get(kind, f"a name in {root}/{kind}".rstrip("/"))
    raise fail(origin or Origin(f"{root}/{kind}".rstrip("/")), at, f"the name of {words}", name, hint)


def files(kind: str) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """All files of a folder: the installed ones that nothing replaces, and the local ones."""
    layers = [sorted((folder / kind).glob("*.yaml")) for folder in reversed(folders())]
    local = layers[-1] if len(layers) == 2 else []
    taken = {path.name for path in local}
    return tuple(path for path in layers[0] if path.name not in taken), tuple(local)
