"""The manifest: all that is needed to know what was run, to run it again, and to explain it.

Apart from `times` and `machine` it depends on the configuration and the code alone, not on when, where or in
how many sittings the study was run.
"""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.configs import Notes
from sim.library import inert
from sim.runs.design import Arm, Design, code_hash
from sim.runs.drawing import unsure
from sim.runs.execution import Conducted
from sim.runs.fitted import told_refusals

PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "matplotlib")
DISTRIBUTION = "collectivized-schooling"
PLACE = ("file", "line")


def manifest(
    design: Design, conducted: Conducted, workers: int, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The manifest of a finished study. Times and machine of `before` stay where nothing new was run."""
    bases = {county: _base(design, county) for county in design.arms}
    kept = before if before and not conducted.run and before["hashes"]["study"] == design.key else None
    return {
        "name": design.name,
        "title": dict(design.title),
        "replay": design.replay,
        "counties": list(design.arms),
        "years": design.years,
        "seeds": list(design.seeds),
        "uncertainty": uncertainty(design, conducted),
        "base": design.base,
        "outcomes": list(design.outcomes),
        **_of_every_variant(design),
        "variants": {
            name: {
                "policy": asked.policy,
                "settings": {setting.path: setting.value for setting in asked.settings},
                "overlays": list(asked.overlays),
                **({"start": asked.start} if asked.start else {}),
            }
            for name, asked in design.variants.items()
        },
        "settings": {county: {arm.variant: set_paths(arm) for arm in arms} for county, arms in design.arms.items()},
        "failed": [failure._asdict() for failure in conducted.failed],
        "hashes": {"study": design.key, "code": code_hash(), **design.keys},
        "versions": versions(),
        "machine": kept["machine"] if kept else machine(workers),
        "times": kept["times"] if kept else _times(conducted),
        "facts": {county: _plain(arm.resolved.facts.value) for county, arm in bases.items()},
        "evidence": {county: _plain(arm.resolved.evidence.value) for county, arm in bases.items()},
        "changes": {
            county: {arm.variant: _changes(bases[county], arm) for arm in arms} for county, arms in design.arms.items()
        },
        "policies": {
            county: {arm.variant: _plain(arm.resolved.policy.value) for arm in arms}
            for county, arms in design.arms.items()
        },
        "notes": {
            county: {
                "facts": notes(bases[county].resolved.facts.notes),
                "evidence": notes(bases[county].resolved.evidence.notes),
                "policies": {arm.variant: notes(arm.resolved.policy.notes) for arm in arms},
            }
            for county, arms in design.arms.items()
        },
    }


def _of_every_variant(design: Design) -> dict[str, Any]:
    """What is told of every variant; nothing where the study asks for nothing."""
    closing = design.closing and dict(design.closing) | {"shares": list(design.closing["shares"])}
    told = {"closing": closing, "every_variant": list(design.every_variant)}
    return {name: value for name, value in told.items() if value}


def uncertainty(design: Design, conducted: Conducted) -> dict[str, Any]:
    """How many draws of the coefficients were asked for, which were refused, and what was drawn from which range."""
    found: dict[str, Any] = {"draws": design.draws}
    if design.draws:
        found["refused"] = told_refusals(conducted.refused)
        found["drawn"] = {
            county: {
                item.path: {
                    "value": item.value,
                    "distribution": str(item.distribution),
                    "assumed": item.assumed,
                    "first_rank": item.first_rank,
                    "inert": bool(inert([item.path])),
                }
                for item in unsure(arms)
            }
            for county, arms in design.arms.items()
        }
    return found


def set_paths(arm: Arm) -> dict[str, list[str]]:
    """Each setting of a variant with the full paths it has set."""
    return {str(applied.setting): list(applied.paths) for loaded in arm.resolved for applied in loaded.applied}


def notes(given: Notes) -> dict[str, dict[str, Any]]:
    """What is said about values, by path; places in files and empty remarks are left out."""
    said = {}
    for path, note in given.items():
        remarks = {item.name: getattr(note, item.name) for item in fields(note) if item.name not in PLACE}
        remarks = {name: value for name, value in remarks.items() if value not in (None, False)}
        if remarks:
            said[path] = remarks
    return said


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the packages that results depend on."""
    found = {"sim": _version(DISTRIBUTION), "python": platform.python_version()}
    return {**found, **{name: _version(name) for name in PACKAGES}}


def machine(workers: int) -> dict[str, Any]:
    """Where the study was run."""
    return {
        "system": platform.platform(),
        "processors": os.cpu_count() or 1,
        "workers": workers,
        "byte_order": sys.byteorder,
    }


def _times(conducted: Conducted) -> dict[str, Any]:
    finished = datetime.now().astimezone()
    return {"finished": finished.isoformat(timespec="seconds"), "seconds": round(conducted.seconds, 1)}


def _base(design: Design, county: str) -> Arm:
    return next(arm for arm in design.arms[county] if arm.variant == design.base)


def _changes(base: Arm, arm: Arm) -> dict[str, Any]:
    """Facts and evidence in which a variant differs from the base, by the path a user would set."""
    found: dict[str, Any] = {}
    for prefix, name in (("county", "facts"), ("evidence", "evidence")):
        before, after = (_plain(getattr(item.resolved, name).value) for item in (base, arm))
        found.update(_differences(before, after, prefix))
    return found


def _differences(before: Any, after: Any, path: str) -> dict[str, Any]:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return {
            name: value
            for key in after
            for name, value in _differences(before[key], after[key], f"{path}.{key}").items()
        }
    return {} if before == after else {path: after}


def _plain(model: Any) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
