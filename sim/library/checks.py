"""Checking of files and folders: which kind a file is, and everything that is wrong with it."""

from dataclasses import replace
from pathlib import Path

from sim.configs import (
    ConfigError,
    Loaded,
    Origin,
    Problem,
    Section,
    files,
    find,
    make_setting,
    parse_file,
    read,
    shown,
)
from sim.evidence import Evidence
from sim.experiment import Experiment
from sim.facts import BirthsTable, Facts, Stages
from sim.library.consistency import roster_problems, stages_problems
from sim.library.loading import (
    find_policy,
    load_evidence,
    load_experiment,
    load_facts,
    load_policy,
    resolve,
    thaw,
    variant_settings,
)
from sim.patterns import Patterns
from sim.policy import Policy

MODELS: dict[str, type[Section]] = {
    "policy": Policy,
    "county": Facts,
    "evidence": Evidence,
    "experiment": Experiment,
    "stages": Stages,
    "births": BirthsTable,
    "patterns": Patterns,
}
FOLDERS = {
    "policies": "policy",
    "overlays": "overlay",
    "counties": "county",
    "evidence": "evidence",
    "experiments": "experiment",
}
OTHER_FOLDERS = ("clauses", "schemas", "validation")
"""Folders of configs that hold no configuration."""


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a file, or with every file of a folder."""
    path = Path(path)
    if not path.is_dir():
        return _check_file(path)
    found = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
    inside = [file for file in found if file.parent.name not in OTHER_FOLDERS and not _hidden(file.relative_to(path))]
    if not inside:
        return [Problem(shown(path), None, "", "a folder with YAML files", "none")]
    return list(dict.fromkeys(problem for file in inside for problem in _check_file(file)))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def kind_of(path: Path) -> str:
    """What a file describes, by its folder, its name or its content; empty where it cannot be told."""
    if path.absolute().parent.name in FOLDERS:
        return FOLDERS[path.absolute().parent.name]
    if path.stem in ("stages", "births", "patterns"):
        return path.stem
    tree = parse_file(path).node
    keys = {str(key) for key in tree.value} if tree.is_mapping else set()
    if "extends" in keys:
        return "policy"
    shares = {kind: len(keys & set(model.model_fields)) for kind, model in MODELS.items()}
    best = max(shares, key=lambda kind: shares[kind])
    return best if shares[best] else ""


def _check_file(path: Path) -> list[Problem]:
    try:
        match kind_of(path):
            case "policy":
                return _check_policy(path)
            case "overlay":
                load_policy("none", overlays=[str(path.absolute())])
            case "county":
                load_facts(_path(path))
            case "evidence":
                return _check_evidence(path)
            case "experiment":
                return check_experiment(load_experiment(_path(path)))
            case "stages":
                return list(stages_problems(read(path, Stages)))
            case "births":
                read(path, BirthsTable)
            case "patterns":
                read(path, Patterns)
            case _:
                expected = "a policy, county, evidence, experiment, stages or births file"
                return [Problem(shown(path), 1, "", expected, "none of their keys")]
    except ConfigError as error:
        return list(error.problems)
    return []


def _path(path: Path) -> str:
    """A path in a form that is not taken for a name."""
    return str(path) if "/" in str(path) or path.suffix in (".yaml", ".yml") else f"./{path}"


def _check_policy(path: Path) -> list[Problem]:
    policy = load_policy(_path(path))
    try:
        county = load_facts(str(find("counties", path.stem)))
    except ConfigError:
        return []
    return list(roster_problems(policy, county))


def _check_evidence(path: Path) -> list[Problem]:
    """A file of the evidence folder is checked with its siblings; another one as if laid over them."""
    known = {file.resolve() for layer in files("evidence") for file in layer}
    place = shown(path)
    try:
        load_evidence(extra=() if path.resolve() in known else (path,))
    except ConfigError as error:
        return [
            problem
            for problem in error.problems
            if problem.line is None or problem.file == place or f" {place}:" in problem.expected
        ]
    return []


def check_experiment(experiment: Loaded[Experiment]) -> list[Problem]:
    """What an experiment asks for that does not exist or does not fit."""
    problems: list[Problem] = []
    study = experiment.value
    counties = []
    for number, county in enumerate(study.counties):
        place = experiment.place(f"counties.{number}")
        if _exists(problems, "counties", county, place, f"counties.{number}"):
            counties.append(county)
    shared = {str(path): False for path in study.set}
    for name, variant in study.variants.items():
        path = f"variants.{name}.policy" if variant.policy else f"variants.{name}"
        for county in counties:
            wanted = variant.policy or Path(county).stem
            places = [(wanted, path), *((over, f"variants.{name}.overlays") for over in variant.overlays)]
            found = [_exists(problems, "policies", what, experiment.place(at), at) for what, at in places]
            if not all(found):
                continue
            try:
                resolved = resolve(county, wanted, variant_settings(experiment, name), variant.overlays)
            except ConfigError as error:
                problems += error.problems
                shared = dict.fromkeys(shared, True)
                continue
            made = {applied.setting.origin.path for loaded in resolved for applied in loaded.applied}
            shared = {path: used or f"set.{path}" in made for path, used in shared.items()}
    for path, used in shared.items():
        if not used and counties:
            problems += _unused(experiment, path, counties[0])
    return list(dict.fromkeys(problems))


def _exists(problems: list[Problem], kind: str, name: str, place: Origin, path: str) -> bool:
    try:
        find(kind, name, place, path) if kind != "policies" else find_policy(name, place, path)
    except ConfigError as error:
        problems += error.problems
        return False
    return True


def _unused(experiment: Loaded[Experiment], path: str, county: str) -> tuple[Problem, ...]:
    """The mistake in a setting for all variants that found a place in none of them."""
    study = experiment.value
    place = replace(experiment.place(f"set.{path}"), path=f"set.{path}")
    wanted = study.variants[study.base].policy or Path(county).stem
    try:
        load_policy(wanted, [make_setting(path, thaw(study.set[path]), place)])
    except ConfigError as error:
        return error.problems
    return ()
