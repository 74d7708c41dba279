"""Counties and policies that Hypothesis draws: any that a file could state."""

from hypothesis import strategies as st
from worlds import names_of


@st.composite
def zones(draw, names, most_schools, pupils_each, teachers_each):
    """Zones of a stage: name to (schools, pupils, teachers)."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=len(names), unique=True))
    left, found = most_schools, {}
    for name in chosen:
        schools = draw(st.integers(1, max(1, left - len(chosen) + len(found) + 1)))
        left -= schools
        pupils = schools * draw(st.integers(*pupils_each))
        found[name] = (schools, pupils, schools * draw(st.integers(*teachers_each)))
    return found


@st.composite
def counties(draw):
    """What describes a county of 4 to 12 schools."""
    primary = draw(zones(("seat", "near", "far", "village"), 8, (12, 150), (3, 14)))
    while sum(schools for schools, _, _ in primary.values()) < 4:
        zone = next(iter(primary))
        schools, pupils, teachers = primary[zone]
        primary[zone] = (schools + 1, pupils + 40, teachers + 5)
    junior = draw(st.one_of(st.none(), zones(("seat", "far"), 4, (12, 150), (4, 16))))
    births = draw(st.sampled_from(("national", "flat", {2022: 0.2, 2023: 1.6, 2024: 0.5})))
    return {
        "primary": primary,
        "junior": junior,
        "births_index": births,
        "burn_in_years": draw(st.integers(0, 1)),
        "migrant_share": draw(st.sampled_from((0.0, 0.3))),
        **draw(towns(primary, junior or {})),
    }


@st.composite
def towns(draw, primary, junior):
    """Towns in some of the zones that have schools, and what they pay."""
    zones = draw(st.lists(st.sampled_from(sorted({*primary, *junior})), max_size=3))
    share = st.sampled_from((0.0, 0.07, 0.3, 1.0))
    return {
        "towns": {f"town {k}": {"title": {"en": "Town", "zh": "镇"}, "zone": zone} for k, zone in enumerate(zones)},
        "town_share": draw(share),
        "town_capital_share": draw(share),
        "equipment_life_years": draw(st.sampled_from((1.0, 3.7, 8.0))),
    }


@st.composite
def rotations(draw):
    """Rotation rules of every kind that a policy may decree for fused members, one to three together."""
    balance = draw(st.sampled_from((False, False, True)))
    rate = st.one_of(st.sampled_from((0.0, 0.05, 0.15, 0.5, 1.0)), st.just({"by_group_year": {1: 0.5, 2: 0.1}}))
    bases = ("core_teachers", "core_teachers", "group_teachers", "urban_backbone", "urban_without_rural_service")
    one = st.fixed_dictionaries(
        {
            "rate": rate,
            "base": st.sampled_from(bases),
            "direction": st.sampled_from(("core_to_member", "bidirectional", "any", "urban_to_rural")),
            "exchange": st.just(True) if balance else st.booleans(),
            "backbone_share": st.sampled_from((0.0, 0.0, 0.4)),
            "only": st.sampled_from(("all", "all", "backbone")),
            "voluntary": st.booleans(),
        }
    )
    rules = draw(st.lists(one, min_size=1, max_size=3))
    long_service = {"years_here": 5, "years_to_retirement": 12.0}
    return {
        "links.fused.rotation.rules": {("core", "second", "third")[place]: rule for place, rule in enumerate(rules)},
        "links.fused.personnel": draw(st.sampled_from(("exchange", "pooled", "unified"))),
        "links.fused.cadres_per": draw(st.sampled_from(("group", "member"))),
        "links.fused.executive_principals": draw(st.sampled_from((0, 0, 1))),
        "incentive.dispatch_bonus_yuan": draw(st.sampled_from((0, 0, 28_000))),
        **{
            f"links.fused.rotation.{name}": draw(st.sampled_from(values))
            for name, values in {
                "order": ("sender", "tenure"),
                "min_skill_percentile": (0.0, 50.0),
                "must_move": (None, None, long_service, long_service | {"reading": "exempt"}),
                "inflow_gate": ("open", "selection"),
                "core_protection": (None, 0.1),
                "rate_cap": (1.0, 1.0, 0.1),
                "transfer_chance": (0.0, 0.5, 1.0),
                "matching": ("even", "need", "weak_subject", "mutual"),
                "objective": ("balance" if balance else "sender",),
                "backbone_per_subject_new": (0, 0, 1),
            }.items()
        },
    }


@st.composite
def policies(draw, county):
    """Groups among a county's schools, each school in one at most, and rules of every size."""
    groups = {}
    for number, stage in enumerate(("primary", "junior")):
        free = draw(st.permutations(names_of(stage, county[stage] or {})))
        while free and draw(st.integers(0, 3)):
            core, *free = free
            size = draw(st.integers(0, min(3, len(free))))
            members, free = free[:size], free[size:]
            split = draw(st.integers(0, size))
            links = {"fused": tuple(members[:split]), "joint": tuple(members[split:])}
            groups[f"group {number}-{len(groups)}"] = (core, links)
    names = [name for stage in ("primary", "junior") for name in names_of(stage, county[stage] or {})]
    share, money = st.sampled_from((0.0, 0.05, 0.15, 0.5, 1.0)), st.integers(0, 20_000)
    shortest = draw(st.integers(1, 3))
    fund = st.one_of(st.just(0), st.integers(0, 300_000), st.just({"by_year": {2023: 100_001}}))
    rule = "links.fused.rotation."
    return groups, draw(rotations()) | {
        rule + "years": (shortest, shortest + draw(st.integers(0, 3))),
        rule + "max_age": draw(st.sampled_from((None, 45.0))),
        rule + "honour": draw(st.sampled_from((None, "district"))),
        rule + "credit": draw(st.booleans()),
        "links.fused.mentoring.pairing_coverage": draw(share),
        "links.fused.mentoring.mentees_per_mentor": draw(st.integers(1, 4)),
        "links.joint.mentoring.pairing_coverage": draw(share),
        "links.fused.mentoring.matching": draw(st.sampled_from(("even", "weak_subject", "demand"))),
        "links.fused.mentoring.projects": draw(st.integers(0, 2)),
        "links.joint.mentoring.studios": draw(st.sampled_from(((), ("maths", "science")))),
        "links.joint.mentoring.experts_per_term": draw(st.integers(0, 5)),
        "links.fused.mentoring.shadowing_per_year": draw(st.integers(0, 30)),
        "links.fused.curriculum.shared_classes": draw(share),
        "links.joint.curriculum.sync": draw(share),
        "funding.shared_class_yuan": draw(money),
        "assessment.cycle_years": draw(st.integers(1, 3)),
        "assessment.bundle": draw(st.sampled_from(("level", "increment"))),
        "assessment.size_bands": draw(st.sampled_from(((), (100,)))),
        "funding.special_fund_yuan": draw(fund),
        "funding.by_grade": draw(st.booleans()),
        "funding.leakage": draw(st.sampled_from((0.0, 0.137))),
        "funding.posting_yuan": draw(money),
        "funding.event_yuan": draw(money),
        "funding.pair_yuan": draw(money),
        "funding.curriculum_yuan": draw(money),
        "funding.core_share_limit": draw(share),
        **draw(money_rules()),
        "admissions.class_size_cap": {"primary": draw(st.integers(5, 45)), "junior": 50},
        "admissions.unit": draw(st.sampled_from(("school", "group"))),
        "admissions.second_address": draw(st.booleans()),
        "admissions.must_accept": draw(st.booleans()),
        "admissions.extra_classes": draw(st.booleans()),
        "admissions.selection": draw(st.sampled_from(("exam", "none"))),
        "admissions.privilege": draw(st.sampled_from((0.0, 0.1))),
        "admissions.transfer_allowed": draw(st.booleans()),
        "admissions.migrants": {"rule": draw(st.sampled_from(("equal", "papers", "none")))},
        "admissions.boarding": draw(st.dictionaries(st.sampled_from(names), st.integers(0, 90), max_size=3)),
        "funding.boarding_yuan": draw(money),
        "staffing.unreplaced_share": draw(share),
        rule + "inflow_gate": draw(st.sampled_from(("open", "selection"))),
        rule + "group_first": draw(st.booleans()),
        "incentive.title_priority": draw(st.sampled_from(("all", "volunteers", "none"))),
        "incentive.title_unit": draw(st.sampled_from(("school", "group"))),
        "staffing.post_total_fixed": draw(st.booleans()),
        "staffing.pool_scope": draw(st.sampled_from(("school", "group"))),
        "staffing.post_formula": draw(st.sampled_from(("lessons", "pupils"))),
        "staffing.group_special_posts": draw(st.integers(0, 3)),
        "staffing.senior_post_uplift": draw(share),
        "staffing.recruitment": draw(st.sampled_from(("list", "open_selection"))),
        "staffing.itinerant": draw(st.sampled_from((None, {"subjects": ("maths", "arts"), "scope": "county"}))),
    }


@st.composite
def money_rules(draw):
    """Rules of dividing, equipment, approval, towns and facilities of every size."""
    share = st.sampled_from((0.0, 0.05, 0.33, 1.0))
    active = draw(share)
    rules = {
        "funding.activity_share": active,
        "funding.need_share": draw(share) * (1 - active),
        "funding.equipment_share": draw(share),
        "funding.progressivity": draw(share),
        "funding.approval_threshold_yuan": draw(st.sampled_from((None, 0, 30_000))),
        "funding.town_floor_ratio": draw(st.sampled_from((None, 0.5, 1.0))),
        "funding.town_compliance": draw(share),
        "funding.town_enforced": draw(st.booleans()),
    }
    for link in ("fused", "joint"):
        rules[f"links.{link}.finance"] = draw(st.sampled_from(("independent", "supervised", "unified_approval")))
        rules[f"links.{link}.facilities"] = {
            "ownership": draw(st.sampled_from(("school", "group"))),
            "allocation": draw(st.sampled_from(("school", "group", "need"))),
            "sharing": draw(share),
            "transfer_rate": draw(share),
        }
    return rules


@st.composite
def lives(draw, rules):
    """Formation by rules and paths, and every rule of life, beside named groups or without them."""
    few, maybe = st.integers(1, 3), lambda kind: draw(st.one_of(st.none(), kind))
    zone, owner = st.sampled_from((("seat",), ("far", "village"), ("near", "far"))), st.sampled_from(("county", "town"))
    kinds = [{"zone": maybe(zone), "owner": maybe(owner)} for _ in range(2)]
    least = draw(st.integers(0, 2))
    rule = {"core": kinds[0], "member": kinds[1], "link": draw(st.sampled_from(("fused", "joint")))}
    limits = {"members": maybe(st.just((least, least + draw(st.integers(1, 2)))))}
    path = st.sampled_from((0.5, 1.0, {"by_group_year": {1: 0.3, 2: 0.6, 3: 1.0}}))
    return {
        "formation.rules": {"rule": rule | limits} if draw(st.booleans()) else {},
        "formation.coverage": maybe(path),
        "formation.target": draw(st.sampled_from(("plan", "weak_first"))),
        "formation.max_new_members_per_year": maybe(few),
        "links.fused.formation": draw(st.sampled_from(("assigned", "mixed", "voluntary"))),
        "lifecycle": {
            "max_members": draw(few), "entry": draw(st.booleans()), "entry_lag_years": draw(st.integers(0, 1)),
            "entry_link": maybe(st.sampled_from(("fused", "joint"))), "growth_years": draw(st.integers(1, 2)),
            "graduation_gap": draw(st.floats(0, 3)), "graduation_value_added": maybe(st.just(0.0)),
            "graduate_to": draw(st.sampled_from(("independent", "partner", "spawn"))), "graduate_link": "joint",
            "spawn_chance": draw(st.sampled_from((0.5, 1.0))), "one_out_one_in": draw(st.booleans()),
            "exit_standing": maybe(st.floats(0.5, 2)), "expel_years": maybe(st.just(1)), "expel_fulfilment": 1.0,
            "dissolve_years": maybe(st.integers(2, 3)), "dissolve_result": draw(st.floats(-1, 0.5)),
        },
    }  # fmt: skip
