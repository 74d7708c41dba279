"""Whether the parts of a configuration fit: zones and schools, groups and links, policy and county."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from sim.configs import Loaded, Problem, Schedule, listing, nearest
from sim.distributions import Malformed, distribution_of
from sim.evidence import Evidence
from sim.facts import Facts, Stages
from sim.policy import Policy, SchoolKind


def problem_at(loaded: Loaded, path: str, expected: str, found: str, hint: str = "") -> Problem:
    """A problem at the place where a path stands."""
    return Problem.at(loaded.place(path), path, expected, found, hint)


def range_problems(loaded: Loaded) -> Iterator[Problem]:
    """Ranges and distributions in the remarks that say nothing."""
    for path, note in loaded.notes.items():
        if note.low is not None or note.high is not None or note.distribution is not None:
            try:
                distribution_of(0.0, note)
            except Malformed as error:
                yield problem_at(loaded, path, error.expected, error.found, "in the remarks beside the value")


def facts_problems(county: Loaded[Facts]) -> Iterator[Problem]:
    """What does not fit within a county file."""
    yield from range_problems(county)
    facts = county.value
    if not facts.stages:
        yield problem_at(county, "stages", "at least one stage", "none")
    if isinstance(facts.births_index, dict) and not facts.births_index:
        yield problem_at(county, "births_index", "national, flat, or an index by school year", "an empty section")
    smallest, largest = facts.named_size_range
    if smallest > largest:
        yield problem_at(county, "named_size_range", "the smaller size first", f"[{smallest:g}, {largest:g}]")
    for stage, described in facts.stages.items():
        if not any(zone.schools for zone in described.zones.values()):
            yield problem_at(county, f"stages.{stage}.zones", "a zone with schools", "none")
        for name, zone in described.zones.items():
            path = f"stages.{stage}.zones.{name}"
            backbone = zone.backbone_per_100 * zone.pupils / 100
            if sum(zone.status_shares.values()) > 1:
                yield problem_at(
                    county,
                    f"{path}.status_shares",
                    "shares that add up to at most 1",
                    f"{sum(zone.status_shares.values()):g}",
                )
            if zone.pupils and not zone.schools:
                yield problem_at(
                    county,
                    f"{path}.schools",
                    f"at least one school for {zone.pupils} pupils",
                    "0",
                    "or set pupils: 0",
                )
            elif zone.schools > zone.pupils:
                yield problem_at(
                    county, f"{path}.pupils", f"a pupil for each of {zone.schools} schools", str(zone.pupils)
                )
            elif zone.schools > zone.teachers:
                yield problem_at(
                    county,
                    f"{path}.teachers",
                    f"a teacher for each of {zone.schools} schools",
                    str(zone.teachers),
                )
            elif backbone > zone.teachers:
                most = 100 * zone.teachers / max(zone.pupils, 1)
                yield problem_at(
                    county,
                    f"{path}.backbone_per_100",
                    f"at most {most:.4g}, which makes every teacher a backbone teacher",
                    f"{zone.backbone_per_100:g}",
                )
    units = {stage: sum(zone.schools for zone in item.zones.values()) for stage, item in facts.stages.items()}
    if units.get("junior", 0) > units.get("primary", 0):
        yield problem_at(
            county,
            "stages.junior.zones",
            f"at most {units.get('primary', 0)} junior schools, since each takes the leavers of at least one primary",
            str(units["junior"]),
        )
    yield from _town_problems(county)
    yield from _named_school_problems(county)


def _town_problems(county: Loaded[Facts]) -> Iterator[Problem]:
    facts = county.value
    zones = {name for stage in facts.stages.values() for name, zone in stage.zones.items() if zone.schools}
    for name, town in facts.towns.items():
        if town.zone not in zones:
            hint = f"these have some: {listing(sorted(zones))}"
            yield problem_at(county, f"towns.{name}.zone", "a zone with schools", town.zone, hint)
    for number, school in enumerate(facts.named_schools):
        if school.town is not None and school.town not in facts.towns:
            hint = nearest(school.town, facts.towns) or f"towns: {listing(facts.towns) or 'none'}"
            yield problem_at(county, f"named_schools.{number}.town", "the name of a town", school.town, hint)


def _named_school_problems(county: Loaded[Facts]) -> Iterator[Problem]:
    facts = county.value
    lines: dict[tuple[str, str], str] = {}
    named: Counter[tuple[str, str]] = Counter()
    for number, school in enumerate(facts.named_schools):
        path = f"named_schools.{number}"
        if (school.name, school.stage) in lines:
            first = county.place(lines[school.name, school.stage]).line
            yield problem_at(
                county,
                f"{path}.name",
                "each school once in a stage",
                f"{school.name} again",
                f"it stands in line {first} already",
            )
            continue
        lines[school.name, school.stage] = f"{path}.name"
        zones = facts.stages[school.stage].zones if school.stage in facts.stages else {}
        there = [name for name, zone in zones.items() if zone.schools or zone.pupils]
        if school.zone not in there:
            yield problem_at(
                county,
                f"{path}.zone",
                f"a zone with {school.stage} schools",
                school.zone,
                f"these have some: {listing(there)}" if there else "",
            )
            continue
        named[school.stage, school.zone] += 1
        most = facts.stages[school.stage].zones[school.zone].schools
        if named[school.stage, school.zone] == most + 1 and most:
            yield problem_at(
                county,
                path,
                f"at most {most} named {school.stage} schools in the zone {school.zone}",
                f"{most + 1}",
            )


def policy_problems(policy: Loaded[Policy]) -> Iterator[Problem]:
    """What does not fit within a policy."""
    yield from range_problems(policy)
    decreed = policy.value
    if (decreed.groups or decreed.formation.rules) and decreed.start_year is None:
        yield problem_at(policy, "start_year", "the school year in which the groups start", "none")
    if decreed.funding.by_grade and decreed.funding.grades is None:
        yield problem_at(policy, "funding.grades", "grades A, B, C and D, since by_grade is true", "none")
    if (grades := decreed.funding.grades) is not None and not any(grades.model_dump().values()):
        expected = "at least one grade above 0, since else no group could be paid"
        yield problem_at(policy, "funding.grades", expected, "A, B, C and D at 0")
    by_rule = decreed.funding.activity_share + decreed.funding.need_share
    if by_rule > 1:
        expected = f"at most {1 - decreed.funding.activity_share:g}, what activity_share leaves"
        yield problem_at(policy, "funding.need_share", expected, f"{decreed.funding.need_share:g}")
    for name, link in decreed.links.items():
        facilities = link.facilities
        if facilities.transfer_rate and facilities.ownership == "school":
            yield problem_at(
                policy,
                f"links.{name}.facilities.transfer_rate",
                "0, since each school owns its equipment",
                f"{facilities.transfer_rate:g}",
                "or set ownership: group",
            )
        if link.curriculum.shared_classes and not decreed.funding.shared_class_yuan:
            yield problem_at(
                policy,
                f"links.{name}.curriculum.shared_classes",
                "a price of shared classes, since they take teachers' time",
                "funding.shared_class_yuan: 0",
                "set funding.shared_class_yuan, in yuan a school and year for all main-subject lessons",
            )
    bands = decreed.assessment.size_bands
    if any(upper <= lower for lower, upper in pairwise(bands)):
        yield problem_at(policy, "assessment.size_bands", "rising limits, each once", f"[{listing(map(str, bands))}]")
    yield from _rotation_problems(policy)
    for stage in ("primary", "junior"):
        staffing = decreed.staffing
        if getattr(staffing.senior_share, stage) + getattr(staffing.intermediate_share, stage) > 1:
            total = getattr(staffing.senior_share, stage) + getattr(staffing.intermediate_share, stage)
            yield problem_at(
                policy,
                f"staffing.intermediate_share.{stage}",
                "title shares that add up to at most 1",
                f"{total:g}",
            )
    for sex in ("men", "women"):
        ages: Schedule = getattr(decreed.staffing.retirement, sex)
        if ages.clock == "by_group_year":
            yield problem_at(
                policy,
                f"staffing.retirement.{sex}",
                "a schedule by_year",
                "by_group_year",
                "retirement is the county's",
            )
    for clock_path, schedule in (
        ("funding.special_fund_yuan", decreed.funding.special_fund_yuan),
        ("funding.public_use_yuan.primary", decreed.funding.public_use_yuan.primary),
        ("funding.public_use_yuan.junior", decreed.funding.public_use_yuan.junior),
    ):
        if schedule.clock == "by_group_year":
            yield problem_at(policy, clock_path, "a schedule by_year", "by_group_year", "this is paid by the county")
    migrants = decreed.admissions.migrants
    if migrants.min_residence_years and migrants.rule != "papers":
        yield problem_at(
            policy,
            "admissions.migrants.min_residence_years",
            "0 unless the rule asks for papers",
            str(migrants.min_residence_years),
            "or rule: papers",
        )
    yield from _group_problems(policy)
    yield from _formation_problems(policy)


def _rotation_problems(policy: Loaded[Policy]) -> Iterator[Problem]:
    for name, link in policy.value.links.items():
        rotation, path = link.rotation, f"links.{name}.rotation"
        if rotation is None:
            continue
        if rotation.years[0] > rotation.years[1]:
            found = f"[{rotation.years[0]}, {rotation.years[1]}]"
            yield problem_at(policy, f"{path}.years", "the shortest stay first", found)
        if not rotation.rules:
            yield problem_at(policy, f"{path}.rules", "at least one rule", "none", "or rotation: null")
        if link.personnel == "home":
            hint = "where personnel is home nobody decides a move: rotation: null, or personnel: exchange"
            yield problem_at(
                policy,
                f"links.{name}.personnel",
                "exchange, pooled or unified, since there are rotation rules",
                "home",
                hint,
            )
        if rotation.objective == "balance":
            chosen = [
                f"rules.{rule}.backbone_share" for rule, decreed in rotation.rules.items() if decreed.backbone_share
            ]
            chosen += ["order"] * (rotation.order != "sender") + ["matching"] * (rotation.matching != "even")
            if chosen:
                expected = f"sender, since balance chooses the pairs itself and {listing(chosen)} would say nothing"
                yield problem_at(policy, f"{path}.objective", expected, "balance", "or leave these out")
        for rule, decreed in rotation.rules.items():
            if rotation.objective == "balance" and not decreed.exchange:
                hint = "or objective: sender"
                yield problem_at(
                    policy, f"{path}.rules.{rule}.exchange", "true, since the objective is balance", "false", hint
                )


def _group_problems(policy: Loaded[Policy]) -> Iterator[Problem]:
    decreed = policy.value
    homes: dict[str, str] = {}
    for name, group in decreed.groups.items():
        homes.setdefault(group.core, name)
        if homes[group.core] != name:
            yield problem_at(
                policy,
                f"groups.{name}.core",
                "each school in one group",
                f"{group.core}, core of {homes[group.core]}",
            )
    for name, group in decreed.groups.items():
        for link, schools in group.members.items():
            path = f"groups.{name}.members.{link}"
            if link not in decreed.links:
                hint = nearest(link, decreed.links) or f"links: {listing(decreed.links) or 'none'}"
                yield problem_at(policy, path, "the name of a link", link, hint)
            for number, school in enumerate(schools):
                if school == group.core:
                    yield problem_at(policy, f"{path}.{number}", "a school other than the core", f"{school}, the core")
                elif school in homes:
                    where = "this group again" if homes[school] == name else f"also in group {homes[school]}"
                    yield problem_at(policy, f"{path}.{number}", "each school in one group, once", f"{school}, {where}")
                else:
                    homes[school] = name


def _formation_problems(policy: Loaded[Policy]) -> Iterator[Problem]:
    decreed, life = policy.value, policy.value.lifecycle
    links = {f"formation.rules.{name}.link": rule.link for name, rule in decreed.formation.rules.items()}
    if life is not None:
        links |= {f"lifecycle.{name}": getattr(life, name) for name in ("entry_link", "graduate_link")}
    for path, link in links.items():
        if link is not None and link not in decreed.links:
            hint = nearest(link, decreed.links) or f"links: {listing(decreed.links) or 'none'}"
            yield problem_at(policy, path, "the name of a link", link, hint)
    for name, rule in decreed.formation.rules.items():
        if rule.members is not None and rule.members[0] > rule.members[1]:
            found = f"[{rule.members[0]}, {rule.members[1]}]"
            yield problem_at(policy, f"formation.rules.{name}.members", "the fewest first", found)
    if life is None:
        return
    if life.growth_years is not None and life.graduation_gap is None and life.graduation_value_added is None:
        expected = "graduation_gap or graduation_value_added, since growth_years asks who has grown up"
        yield problem_at(policy, "lifecycle.growth_years", expected, "neither")
    if life.graduate_to == "partner" and life.graduate_link is None:
        expected = "the link of schools that grow up to be partners"
        yield problem_at(
            policy, "lifecycle.graduate_link", expected, "none", f"links: {listing(decreed.links) or 'none'}"
        )
    chosen = decreed.links.get(life.graduate_link or "")
    if chosen is not None and chosen.role != "partner":
        partners = listing([name for name, link in decreed.links.items() if link.role == "partner"])
        hint = f"these have it: {partners}" if partners else "set role: partner on a link of its own"
        yield problem_at(
            policy,
            "lifecycle.graduate_link",
            "a link with role: partner, since a member who grows up is one no more",
            f"{life.graduate_link}, role: {chosen.role}",
            hint,
        )
    if life.graduate_to == "spawn" and life.spawn_takes and life.max_members is None:
        expected = "the most members of a core, since groups of graduates take schools every year"
        yield problem_at(policy, "lifecycle.max_members", expected, "none", "or spawn_takes: 0")


def evidence_problems(evidence: Loaded[Evidence]) -> Iterator[Problem]:
    """What does not fit among the coefficients."""
    yield from range_problems(evidence)
    known = evidence.value
    if known.match_sd > known.teacher_effect_sd:
        expected = f"at most teacher_effect_sd, {known.teacher_effect_sd:g}, of which match is a part"
        yield problem_at(evidence, "match_sd", expected, f"{known.match_sd:g}")


def _may_have(facts: Facts, kind: SchoolKind) -> bool:
    """Whether a county has schools of a kind, as far as its file tells."""
    status = kind.status or ("potential",)
    for stage, described in facts.stages.items():
        for name, zone in described.zones.items():
            here = zone.schools and (kind.stage or stage) == stage and name in (kind.zone or (name,))
            named = [school for school in facts.named_schools if (school.stage, school.zone) == (stage, name)]
            run = kind.owner != "town" or zone.town_run_share or "town" in [school.owner for school in named]
            known = {*zone.status_shares, *(school.status for school in named), "potential"}
            if here and run and known & {*status}:
                return True
    return False


def roster_problems(policy: Loaded[Policy], county: Loaded[Facts]) -> Iterator[Problem]:
    """Schools of a policy that its county does not name, and kinds of school that it does not have."""
    for name, rule in policy.value.formation.rules.items():
        for side, kind in (("core", rule.core), ("member", rule.member)):
            if not _may_have(county.value, kind):
                told = ", ".join(f"{key} {value}" for key, value in kind.model_dump(exclude_none=True).items())
                hint = "see zones, town_run_share and status_shares of the county"
                path = f"formation.rules.{name}.{side}"
                yield problem_at(policy, path, f"schools that the county {county.name} has", told, hint)
    known = {school.name: school for school in county.value.named_schools}
    for name, group in policy.value.groups.items():
        entries = [(f"groups.{name}.core", group.core)]
        for link, schools in group.members.items():
            entries += [(f"groups.{name}.members.{link}.{number}", school) for number, school in enumerate(schools)]
        for path, school in entries:
            if school not in known:
                yield _unnamed(policy, county, path, school)
    for school in policy.value.admissions.boarding:
        if school not in known:
            yield _unnamed(policy, county, f"admissions.boarding.{school}", school)


def _unnamed(policy: Loaded[Policy], county: Loaded[Facts], path: str, school: str) -> Problem:
    """A school that the county does not name."""
    hint = nearest(school, [item.name for item in county.value.named_schools])
    hint = hint or f"add it to named_schools of {county.place('').file}"
    return problem_at(policy, path, f"a school named in the county {county.name}", school, hint)


def stages_problems(stages: Loaded[Stages]) -> Iterator[Problem]:
    """What does not fit in the table of grades and subjects."""
    for name in ("primary", "junior"):
        stage = getattr(stages.value, name)
        if stage.first_grade > stage.last_grade:
            found = f"{stage.first_grade} to {stage.last_grade}"
            yield problem_at(stages, f"{name}.first_grade", "a first grade up to the last grade", found)
        staff = sum(subject.staff_share for subject in stage.subjects.values())
        if abs(staff - 1) > 1e-6:
            yield problem_at(stages, f"{name}.subjects", "staff shares that add up to 1", f"{staff:g}")
        if not any(subject.score_weight for subject in stage.subjects.values()):
            yield problem_at(stages, f"{name}.subjects", "a subject with a weight in the score", "none")
        for subject, described in stage.subjects.items():
            for grade in described.periods:
                if not stage.first_grade <= grade <= stage.last_grade:
                    yield problem_at(
                        stages,
                        f"{name}.subjects.{subject}.periods.{grade}",
                        f"a grade from {stage.first_grade} to {stage.last_grade}",
                        str(grade),
                    )
