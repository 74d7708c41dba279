"""A made-up study with the shape and the sizes of the Taishan main job, drawn in a moment without a model."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from sim.analysis.compare import contrasts
from sim.runs.design import of_experiment
from sim.runs.execution import Conducted
from sim.runs.manifest import manifest
from sim.store import Results, write_contrasts, write_manifest

EXPERIMENT = Path(__file__).parents[2] / "experiments" / "rotation_5_vs_15.yaml"

VARIANTS = ("none", "as_written", "five", "fifteen")
BASE = "fifteen"
ZONES = ("seat", "near", "far", "village")
CAUSES = ("stay", "age", "honour", "refusal", "load", "partner", "money")
RATES = {"none": 0.0, "as_written": 0.06, "five": 0.05, "fifteen": 0.15}
DONE = {"none": 0.0, "as_written": 0.79, "five": 0.80, "fifteen": 0.36}

NAMED = (  # name, English name, stage, zone, group, role
    ("泰安六中", "Tai'an No.6 Middle", "junior", "seat", "No.6 Middle", "core"),
    ("上高学校", "Shanggao School", "junior", "near", "No.6 Middle", "member"),
    ("泮河中学", "Panhe Middle", "junior", "near", "No.6 Middle", "member"),
    ("省庄一中", "Shengzhuang No.1 Middle", "junior", "far", "No.6 Middle", "partner"),
    ("东岳中学", "Dongyue Middle", "junior", "seat", "Dongyue Middle", "core"),
    ("泰前中学", "Taiqian Middle", "junior", "seat", "Dongyue Middle", "member"),
    ("凤台学校", "Fengtai School", "junior", "near", "Dongyue Middle", "member"),
    ("泰安十三中", "Tai'an No.13 Middle", "junior", "far", "Dongyue Middle", "partner"),
    ("泰安市第一实验学校", "Tai'an No.1 Experimental School", "primary", "seat", "No.1 Experimental", "core"),
    ("小井小学", "Xiaojing Primary", "primary", "near", "No.1 Experimental", "member"),
    ("上高中心小学", "Shanggao Central Primary", "primary", "near", "No.1 Experimental", "member"),
    ("三友小学", "Sanyou Primary", "primary", "near", "No.1 Experimental", "member"),
    ("泰山区第二实验学校", "Taishan No.2 Experimental", "primary", "near", "No.1 Experimental", "partner"),
    ("省庄镇中心小学", "Shengzhuang Central Primary", "primary", "far", "No.1 Experimental", "partner"),
    ("邱家店镇中心小学", "Qiujiadian Central Primary", "primary", "far", "No.1 Experimental", "partner"),
    ("财源街道仓库路学校", "Cangku Road School", "primary", "seat", "Cangku Road", "core"),
    ("旧镇小学", "Jiuzhen Primary", "primary", "near", "Cangku Road", "member"),
    ("西关小学", "Xiguan Primary", "primary", "seat", "Cangku Road", "member"),
)
GROUPS = tuple(dict.fromkeys(row[4] for row in NAMED))
COUNTS = {"primary": (16, 9, 8, 12), "junior": (8, 5, 7, 0)}


def roster() -> pd.DataFrame:
    """The 65 stage units."""
    rows = [*NAMED]
    for stage, counts in COUNTS.items():
        for zone, count in zip(ZONES, counts, strict=True):
            named = sum(1 for row in NAMED if row[2] == stage and row[3] == zone)
            rows += [
                (f"{stage}{zone}{n}", f"{zone.title()} {stage.title()} School {n}", stage, zone, "", "none")
                for n in range(1, count - named + 1)
            ]
    frame = pd.DataFrame(rows, columns=["name", "name_en", "stage", "zone", "group", "role"])
    frame["group"] = frame["group"].map({"": -1, **{name: n for n, name in enumerate(GROUPS)}})
    return frame


def study(seeds: int = 12, years: int = 10, variants: tuple[str, ...] = VARIANTS, base: str = BASE) -> SimpleNamespace:
    """Results with the attributes of `sim.store.Results`: manifest, yearly, schools, contrasts."""
    yearly = _yearly(seeds, years, variants)
    return SimpleNamespace(
        manifest=_manifest(seeds, years, variants, base),
        yearly=yearly,
        schools=_schools(seeds, years, variants),
        contrasts=contrasts(yearly, base, list(OUTCOMES)),
    )


def _measures(rng: np.random.Generator, years: int, variant: str, luck: dict) -> dict:
    """One run: (measure, stage, zone) to a path over years 0 to N. Luck is shared by the variants of a seed."""
    t = np.arange(years + 1.0)
    on = t > 0
    rate, done = RATES[variant], DONE[variant]
    grow = 1 - np.exp(-t / 4)
    grouped = 0.0 if variant == "none" else 1.0

    def path(name: str, start: float, between: float, noise: float, effect: float = 0.0, drift: float = 0.0):
        base, wiggle = luck.setdefault(name, (rng.normal(0, between), rng.normal(0, noise, years + 1)))
        own = rng.normal(0, abs(effect) * 0.25 + noise * 0.05) * grow * on * grouped
        return start + base + wiggle + drift * t + effect * grow * grouped + own

    found: dict[tuple[str, str, str], np.ndarray] = {}
    core_loss = {"none": 0, "as_written": -0.017, "five": -0.015, "fifteen": -0.045}[variant]
    gain = {"none": 0, "as_written": 0.048, "five": 0.047, "fifteen": 0.046}[variant]
    for stage in ("all", "primary", "junior"):
        found["score_core", stage, "all"] = path("core" + stage, 0.33, 0.15, 0.01, core_loss)
        found["score_member", stage, "all"] = path("member" + stage, -0.25, 0.12, 0.01, gain)
        found["score_partner", stage, "all"] = path("partner" + stage, -0.10, 0.12, 0.01, 0.01)
        found["score_none", stage, "all"] = path("alone" + stage, 0.02, 0.03, 0.004, -0.0004)
        found["score_mean", stage, "all"] = path("mean" + stage, 0.0, 0.01, 0.003, 0.006 + core_loss / 8)
        found["score_sd", stage, "all"] = path("sd" + stage, 1.0, 0.01, 0.002)
        found["score_gap_core_member", stage, "all"] = (
            found["score_core", stage, "all"] - found["score_member", stage, "all"]
        )
        found["gap_teacher_quality", stage, "all"] = path(
            "gap" + stage, 0.037, 0.03, 0.004, -0.018 - 0.10 * rate, 0.0005
        )
        for fifth in range(1, 6):
            found[f"score_ses{fifth}", stage, "all"] = path(
                f"ses{fifth}{stage}", -0.4 + 0.2 * (fifth - 1), 0.02, 0.003, 0.006 - 0.001 * fifth
            )
        for kind in ("statistical", "effective"):
            found[f"official_pass_{kind}", stage, "all"] = np.zeros(years + 1)
            found[f"schools_passing_{kind}", stage, "all"] = path("passing" + kind + stage, 0.3, 0.05, 0.02)
        _official(found, path, stage, t, rate)
    for zone, level in zip(ZONES, (0.2, 0.1, -0.2, -0.35), strict=True):
        found["score_mean", "all", zone] = path(zone, level, 0.06, 0.005, 0.003)
    found["pupils", "all", "all"] = np.round(81000 * (1 - 0.022 * t))
    teachers = 640.0
    due = np.ceil(rate * teachers) * on
    share = np.where(t <= 1, 1.0, done)
    posted = np.round(due * share + rng.normal(0, 1, years + 1) * (due > 0)).clip(0, due)
    found["rotation_due", "all", "all"] = due
    found["rotation_done", "all", "all"] = found["rotation_new_movers", "all", "all"] = posted
    found["rotation_refused", "all", "all"] = np.round(posted * 0.3)
    short = due - posted
    found["rotation_shortfall", "all", "all"] = np.where(due > 0, short / np.maximum(due, 1), 0)
    for cause, part in zip(CAUSES, (0.35, 0.15, 0.40, 0.06, 0.0, 0.04, 0.0), strict=True):
        found[f"rotation_short_{cause}", "all", "all"] = np.round(short * part)
    found["rotation_away", "all", "all"] = np.minimum(3.5 * posted / teachers, 0.4) * on
    if rate:
        found["movers_quality", "all", "all"] = np.where(on, rng.normal(0.1, 0.05, years + 1), np.nan)
    found["exits", "all", "all"] = np.round(path("exits", 52, 4, 4, 30 * rate))
    postings = 7500 * posted * 3
    money = {
        "allotted": 2.4e6 * on * grouped,
        "postings": np.minimum(postings, 0.8e6),
        "core_paid": np.maximum(postings - 0.8e6, 0),
        "events": 0.33e6 * on * grouped,
        "pairs": 0.40e6 * on * grouped,
        "curriculum": 0.17e6 * on * grouped,
        "leaked": 0 * t,
    }
    fund = money["postings"] + money["events"] + money["pairs"] + money["curriculum"]
    money["unspent"] = money["allotted"] - fund
    for name, path_of in money.items():
        found[f"money_{name}_yuan", "all", "all"] = np.round(path_of)
    found["cost_yuan_per_pupil", "all", "all"] = (fund + money["core_paid"]) / found["pupils", "all", "all"]
    return found


def _official(found: dict, path, stage: str, t: np.ndarray, rate: float) -> None:
    """The seven indicators of a stage."""
    junior = stage == "junior"
    drift = -0.015 * junior + 0.02
    levels = {
        "degree": (10.0 if junior else 4.6, 0.25),
        "backbone": (1.0, 0.45 if junior else 0.50),
        "pe_arts": (1.0, 0.42),
        "area": (6.5 if junior else 5.0, 0.42),
        "sports": (11.0 if junior else 8.0, 0.55),
        "equipment": (2900 if junior else 2300, 0.42),
        "multimedia": (2.8 if junior else 2.6, 0.37),
    }
    for name, (mean, cv) in levels.items():
        teachers = name in ("degree", "backbone", "pe_arts")
        for suffix in ("_statistical", "_effective") if teachers else ("",):
            effect = -0.15 * rate if suffix == "_effective" else 0.0
            found[f"mean_{name}{suffix}", stage, "all"] = path(f"m{name}{stage}", mean, 0, 0) * (1 + drift * t)
            found[f"cv_{name}{suffix}", stage, "all"] = path(f"cv{name}{stage}", cv, 0.005, 0.004, effect)
            found[f"failing_{name}{suffix}", stage, "all"] = np.full(t.size, 12.0 if junior else 20.0)


def _yearly(seeds: int, years: int, variants: tuple[str, ...]) -> pd.DataFrame:
    parts = []
    for seed in range(1, seeds + 1):
        luck: dict = {}
        for number, variant in enumerate(variants):
            run = _measures(np.random.default_rng([seed, number]), years, variant, luck)
            values = np.array(list(run.values()))
            keys = pd.DataFrame(list(run), columns=["measure", "stage", "zone"])
            frame = keys.loc[keys.index.repeat(years + 1)].reset_index(drop=True)
            frame["year"] = np.tile(np.arange(years + 1), len(keys))
            frame["value"] = values.ravel()
            frame["variant"], frame["seed"] = variant, seed
            parts.append(frame[frame["value"].notna()])
    frame = pd.concat(parts, ignore_index=True)
    frame["county"], frame["draw"] = "taishan", 0
    columns = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
    return frame[columns].astype(dict.fromkeys(columns[:2] + columns[5:8], "category"))


def _schools(seeds: int, years: int, variants: tuple[str, ...]) -> pd.DataFrame:
    units = roster()
    level = units["zone"].map({"seat": 0.012, "near": 0.004, "far": -0.008, "village": -0.015})
    level = level + units["role"].map({"core": 0.025, "member": -0.015, "partner": -0.005, "none": 0.0})
    effect = units["role"].map({"core": -0.20, "member": 0.03, "partner": 0.0, "none": 0.0})
    parts = []
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng(seed)
        own, late = rng.normal(0, 0.012, len(units)), rng.normal(0, 0.006, len(units))
        for variant in variants:
            for year in range(years + 1):
                frame = units.copy()
                grow = 1 - np.exp(-year / 4)
                shake = rng.normal(0, 0.004, len(units)) * (units["role"] != "none")
                frame["teacher_quality_mean"] = level + own + late * grow + effect * RATES[variant] * grow + shake
                frame["score_mean"] = 5 * (level + own) + effect * RATES[variant] * grow
                frame["pupils"] = 1200
                frame["variant"], frame["seed"], frame["year"] = variant, seed, year
                parts.append(frame)
    frame = pd.concat(parts, ignore_index=True)
    frame["county"], frame["draw"] = "taishan", 0
    return frame


OUTCOMES = (
    "gap_teacher_quality", "score_mean", "score_gap_core_member", "score_core", "score_member",
    "rotation_new_movers", "rotation_away", "rotation_shortfall", "exits", "cost_yuan_per_pupil",
)  # fmt: skip


def _manifest(seeds: int, years: int, variants: tuple[str, ...], base: str) -> dict:
    """The manifest of the main job, cut down to some variants."""
    found = manifest(of_experiment(str(EXPERIMENT), seeds, years), Conducted((), seeds, 0, 1.0), 1)
    cut = {name: found["variants"][name] for name in variants}
    return {**found, "variants": cut, "base": base, "outcomes": list(OUTCOMES), "replay": "sim run study.yaml"}


def stored(folder: Path, made: SimpleNamespace) -> Results:
    """The made-up study as a results folder on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    made.yearly.to_parquet(folder / "yearly.parquet")
    made.schools.to_parquet(folder / "schools.parquet")
    write_contrasts(folder, made.contrasts)
    write_manifest(folder, made.manifest)
    return Results(folder)
