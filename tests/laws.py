"""Conservation laws of a school year: people, posts, head counts and money. `check` holds all of them."""

import numpy as np
from worlds import World, continued

from sim.columns import NEVER, NONE
from sim.draws import PLACES
from sim.evidence import Evidence
from sim.policy import Policy
from sim.population import FIRST_COHORT, cohort_size
from sim.state import (
    AT_HOME,
    CADRE,
    CORE,
    JUNIOR,
    MAIN_SUBJECTS,
    RECEIVED,
    SENT,
    SERVING,
    SUBJECTS,
    County,
    Students,
    open_groups,
    urban,
)

SEED = 7
NEW_SEAT = 255
"""Number of every seat added to a subject; all others are numbered apart."""


def check_pupils(before: County, after: County, rules: Policy) -> None:
    """No child is lost or doubled; classes and seats hold."""
    students, schools = after.students, after.schools
    assert np.unique(students.id).size == len(students)
    assert (students.id // PLACES + FIRST_COHORT == students.cohort).all()
    grade = after.school_year - students.cohort + 1
    junior = grade > after.stages.last_grade[0]
    assert (grade >= 1).all()
    assert (grade <= 9).all()
    assert (schools.stage[students.school] == junior).all()
    assert schools.pupils.tolist() == np.bincount(students.school, minlength=len(schools)).tolist()
    order = np.lexsort((students.classroom, students.school, students.cohort))
    assert (order == np.arange(len(students))).all()
    # Primary cohorts are whole: their places are a prefix of the birth cohort.
    for cohort in np.unique(students.cohort[~junior]).tolist():
        places = np.sort(students.id[students.cohort == cohort] % PLACES)
        assert places.tolist() == list(range(cohort_size(after, cohort)))
    # Who was here and has not finished grade 6 or 9 is here still, in the same school and class but for transfers.
    was = before.students
    stays = ~np.isin(before.school_year - was.cohort + 1, before.stages.last_grade)
    row = dict(zip(students.id.tolist(), range(len(students)), strict=True))
    now = np.array([row[child] for child in was.id[stays].tolist()], int)
    for column in (Students.ses, Students.ability, Students.catchment, Students.migrant, Students.boarding):
        assert (students.read(column)[now] == was.read(column)[stays]).all()
    moved = students.school[now] != was.school[stays]
    assert (students.classroom[now] == was.classroom[stays])[~moved].all()
    received = np.bincount(students.school[now][moved], minlength=len(schools))
    assert received.tolist() == schools.transferred.tolist()
    assert rules.admissions.transfer_allowed or not moved.any()
    # Grade 7 holds leavers of grade 6, and children from outside whose ids follow the cohort's.
    entering = students.id[grade == after.stages.first_grade[JUNIOR]]
    outside = np.sort(entering[~np.isin(entering, was.id)] % PLACES)
    whole = cohort_size(after, after.school_year - 6)
    assert outside.tolist() == list(range(whole, whole + outside.size))
    check_classes(after, rules)


def check_classes(county: County, rules: Policy) -> None:
    """Entering classes stay within the cap, and seats hold, unless the school reports that they do not."""
    students, schools, decreed = county.students, county.schools, rules.admissions
    cap = decreed.class_size_cap
    by_address = decreed.unit == "school" and not decreed.second_address
    plain = by_address and not decreed.privilege and decreed.migrants.rule == "equal"
    for first, limit, own in (
        (1, cap.primary, students.catchment),
        (7, cap.junior, schools.feeds[students.catchment]),
    ):
        here = county.school_year - students.cohort + 1 == first
        rooms, size = np.unique(np.c_[students.school, students.classroom][here], axis=0, return_counts=True)
        crowded = rooms[size > limit, 0]
        assert not crowded.size or (not decreed.extra_classes and (schools.over_seats[crowded] > 0).all())
        entered = np.bincount(students.school[here], minlength=len(schools))
        by_right = np.bincount(own[here], minlength=len(schools))
        stage = schools.stage == (first == 7)
        assert (schools.over_seats == np.maximum(entered - schools.seats, 0))[stage].all()
        assert (by_right == schools.entrants)[stage].all()
        away = np.bincount(own[here & (students.school != own)], minlength=len(schools))
        assert (away == schools.elsewhere)[stage].all()
        # Choice and boarding fill no seat that another has a right to.
        if plain:
            assert (entered <= np.maximum(schools.seats, by_right)).all()
        if plain and not decreed.must_accept and schools.over_seats[stage].any():
            assert entered.sum() > schools.seats[stage].sum()
    assert (schools.granted <= schools.asked).all()
    assert (schools.asked <= schools.entrants).all()
    check_boarders(county, rules)


def check_boarders(county: County, rules: Policy) -> None:
    """Boarders have beds, live farther out than their school and are paid for; migrant children live in town."""
    students, schools = county.students, county.schools
    rows = np.flatnonzero(students.boarding)
    assert (schools.zone[students.catchment[rows]] > schools.zone[students.school[rows]]).all()
    places = np.array([rules.admissions.boarding.get(name, 0) for name in county.names])
    by_grade = np.stack([students.school[rows], students.cohort[rows]])
    units, number = np.unique(by_grade, axis=1, return_counts=True)
    grades = np.where(schools.stage == JUNIOR, 3, 6)
    assert (number <= (places // grades)[units[0]]).all()
    boarders = np.bincount(students.school[rows], minlength=len(schools))
    assert schools.boarding_yuan.tolist() == (boarders * rules.funding.boarding_yuan).tolist()
    assert urban(schools.zone)[students.catchment[students.migrant]].all()


def check_posts(before: County, after: County, rules: Policy) -> None:
    """Filled posts never exceed posts; every teacher has one; teachers are neither lost nor doubled."""
    teachers, schools = after.teachers, after.schools
    units = len(schools)
    serving = teachers.status == SERVING
    filled = np.bincount(teachers.home[serving], minlength=units)
    assert (filled <= schools.posts).all()
    ordinary, usual = schools.posts - schools.special_posts, schools.usual_posts
    if rules.staffing.post_total_fixed:
        for stage in (0, 1):
            assert ordinary[schools.stage == stage].sum() == usual[schools.stage == stage].sum()
    else:
        # A group that pools its posts has no more of a stage than its schools had. A school that comes from a group
        # keeps what the pool gave it until teachers leave.
        pooled = (schools.group >= 0) & (rules.staffing.pool_scope == "group")
        came = (schools.left_year != NEVER) & (rules.staffing.pool_scope == "group")
        assert (ordinary <= usual)[~pooled & ~came].all()
        if not came.any():
            cell = (schools.group * 2 + schools.stage)[pooled]
            assert (np.bincount(cell, ordinary[pooled]) <= np.bincount(cell, usual[pooled])).all()
    assert (schools.special_posts[schools.role != CORE] == 0).all()
    assert (schools.posts - filled).sum() == after.county.unfilled_posts[0]
    assert np.unique(teachers.id).size == len(teachers)
    old = len(before.teachers)
    assert (teachers.id[:old] == before.teachers.id).all()
    assert (teachers.status[:old][before.teachers.status != SERVING] != SERVING).all()
    assert (teachers.left_year[:old][serving[:old]] < 0).all()
    for place in (teachers.home, teachers.school):
        assert ((place >= 0) & (place < units)).all()
        assert (schools.stage[place] == teachers.stage).all()
    seated = serving & (teachers.home_post != NEW_SEAT)
    seat = (teachers.home.astype(int) * len(SUBJECTS) + teachers.subject) * 1000 + teachers.home_post
    assert np.unique(seat[seated]).size == seated.sum()


def check_postings(after: County, rules: Policy) -> None:
    """Nobody is in two schools, postings end when they should, exchange keeps head counts."""
    teachers, schools, groups, year = after.teachers, after.schools, after.groups, after.year
    serving, posting = teachers.status == SERVING, teachers.posting
    rotation = rules.links["fused"].rotation
    assert (posting[~serving] == AT_HOME).all()
    away = (posting == SENT) | (posting == RECEIVED)
    assert (teachers.posting_ends[posting != AT_HOME] > year).all()
    for column, at_home in (
        (teachers.school, teachers.home), (teachers.post, teachers.home_post),
        (teachers.match, teachers.home_match),
    ):  # fmt: skip
        assert (column == at_home)[serving & ~away].all()
    sent, received, cadre = (np.flatnonzero(posting == kind) for kind in (SENT, RECEIVED, CADRE))
    # Postings lie within a group, but for those of schools that have left one: they end as agreed.
    stayed = schools.left_year == NEVER
    decreed = list(rules.links["fused"].rotation.rules.values())
    if all(rule.base == "core_teachers" for rule in decreed):
        assert (~stayed[teachers.home] | (schools.role[teachers.home] == CORE))[sent].all()
        assert (~stayed[teachers.school] | (schools.role[teachers.school] != CORE))[sent].all()
        assert (~stayed[teachers.school] | (schools.role[teachers.school] == CORE))[received].all()
    for kind, place in ((away, teachers.school), (cadre, teachers.serves)):
        within = stayed[teachers.home[kind]] & stayed[place[kind]]
        assert (schools.group[teachers.home[kind]] == schools.group[place[kind]])[within].all()
    assert schools.cadres.tolist() == np.bincount(teachers.serves[cadre], minlength=len(schools)).tolist()
    # Partners name each other; one who is alone lost the partner this year and goes home next year.
    paired = np.flatnonzero(away & (teachers.partner != NONE))
    alone = teachers.status[teachers.partner[paired]] != SERVING
    both = paired[~alone]
    assert (teachers.partner[teachers.partner[both]] == both).all()
    assert (teachers.posting_ends[teachers.partner[both]] == teachers.posting_ends[both]).all()
    left = paired[alone]
    assert (teachers.left_year[teachers.partner[left]] == year).all()
    assert (teachers.posting_ends[left] == year + 1).all()
    if all(rule.exchange for rule in decreed):
        assert (teachers.partner[away] != NONE).all()
        units = len(schools)
        here, file = (np.bincount(place[serving], minlength=units) for place in (teachers.school, teachers.home))
        broken = np.bincount(teachers.school[left], minlength=units)
        broken = broken - np.bincount(teachers.home[left], minlength=units)
        assert (here - file).tolist() == broken.tolist()
    # What groups report is what happened.
    new = sent[teachers.arrived_year[sent] == year]
    done = np.bincount(schools.group[teachers.home[new]], minlength=len(groups))
    if len(decreed) == 1 and decreed[0].base == "core_teachers" and not rotation.backbone_per_subject_new:
        assert done.tolist() == groups.done.tolist()
    assert ((groups.done > 0) == (done > 0)).all()
    assert (groups.short >= 0).all()
    assert groups.due.tolist() == (groups.done + groups.short.sum(1)).tolist()
    shortest, longest = rotation.years
    assert (teachers.posting_ends[new] - year >= shortest).all()
    assert (teachers.posting_ends[new] - year <= longest).all()
    if rotation.must_move is None and not rotation.backbone_per_subject_new:
        assert rotation.max_age is None or (np.floor(teachers.age[new]) <= rotation.max_age).all()
        assert rotation.honour is None or teachers.honour[new].all()


def check_money(before: County, after: County, rules: Policy, known: Evidence) -> None:
    """Every account balances to the yuan."""
    groups, schools, teachers, price = after.groups, after.schools, after.teachers, rules.funding
    allowance = price.posting_yuan + rules.incentive.dispatch_bonus_yuan
    decreed = price.special_fund_yuan.at(after.school_year) or 0
    fund = int(after.county.special_fund_yuan[0])
    helped = np.bincount(schools.group[schools.role > CORE], minlength=len(groups)) > 0
    returned = groups.returned_yuan
    paid_out = (helped & open_groups(groups)).any() and known.switches.fund
    assert fund == (decreed + returned.sum() if paid_out else 0)
    assert (groups.allotted_yuan[~open_groups(groups) | ~helped] == 0).all()
    assert (returned[open_groups(groups)] == 0).all()
    assert groups.allotted_yuan.sum() + after.county.leaked_yuan[0] == fund
    equipment = groups.equipment_yuan
    spent = [groups.postings_yuan, groups.events_yuan, groups.pairs_yuan, groups.curriculum_yuan, equipment]
    accounts = groups.balance_yuan + groups.awaiting_yuan
    held = np.zeros(len(groups), np.int64)
    held[: len(before.groups)] = before.groups.balance_yuan + before.groups.awaiting_yuan
    assert accounts.tolist() == (held + groups.allotted_yuan - returned - sum(spent)).tolist()
    for amount in (*spent, groups.balance_yuan, groups.awaiting_yuan, groups.allotted_yuan, schools.paid_yuan):
        assert (amount >= 0).all()
        assert amount.dtype == np.int64
    # Each posting is paid once, by the group that made it and that group's core.
    posted = (teachers.posting != AT_HOME) & (teachers.status == SERVING)
    assert (teachers.posted_by[posted] != NONE).all()
    number = np.bincount(groups.core[teachers.posted_by[posted]], minlength=len(schools))
    from_fund = np.bincount(groups.core, groups.postings_yuan, len(schools)).astype(np.int64)
    assert (from_fund + schools.paid_yuan).tolist() == (allowance * number).tolist()
    paid = schools.paid_yuan[groups.core]
    # The fund is spent first.
    latest = np.isin(np.arange(len(groups)), [np.flatnonzero(groups.core == core)[-1] for core in groups.core])
    assert (groups.balance_yuan[(paid > 0) & latest] == 0).all()
    # New movers are posted only within what fund and core can pay.
    own = np.floor(price.core_share_limit * schools.public_use_yuan[groups.core])
    assert (paid <= own)[groups.done > 0].all() or allowance == 0


def check_equipment_and_towns(before: County, after: County, known: Evidence) -> None:
    """What groups and towns pay is what schools get, to the yuan; equipment comes from renewal and purchases alone."""
    groups, schools, towns = after.groups, after.schools, after.towns
    was = before.schools
    change = schools.town_yuan - usual_town_money(before)
    in_group, beyond = schools.group >= 0, schools.granted_yuan - change
    bought = np.bincount(schools.group[in_group], weights=beyond[in_group], minlength=len(groups))
    assert bought.tolist() == groups.equipment_yuan.tolist()
    assert (beyond[~in_group] == 0).all()
    mine = schools.town >= 0
    received = np.bincount(schools.town[mine], weights=schools.town_yuan[mine], minlength=len(towns))
    assert received.tolist() == (towns.paid_yuan + towns.deducted_yuan).tolist()
    for amount in (schools.town_yuan, towns.paid_yuan, towns.withdrawn_yuan, towns.missing_yuan, towns.deducted_yuan):
        assert (amount >= 0).all()
        assert amount.dtype == np.int64
    assert (towns.withdrawn_yuan >= towns.missing_yuan + towns.deducted_yuan - len(schools)).all()
    # Equipment of the county: what was not worn, what is renewed, what is bought beyond. Nothing below nothing.
    for stock in (schools.equipment_yuan, schools.multimedia_rooms):
        assert (stock >= 0).all()
    if not known.switches.equipment:
        assert (schools.equipment_yuan == was.equipment_yuan).all()
        return
    life, capital = float(before.county.equipment_life_years[0]), float(before.county.town_capital_share[0])
    rolls = np.divide(was.pupils, was.usual_pupils, out=np.zeros(len(was)), where=was.usual_pupils > 0)
    renewal = was.usual_equipment_yuan * rolls / life
    added = np.maximum(renewal + beyond + capital * change, 0)
    expected = (was.equipment_yuan * (1 - 1 / life) + added).sum()
    assert abs(schools.equipment_yuan.sum() - expected) <= 1e-9 * max(expected, 1)


def usual_town_money(county: County) -> np.ndarray:
    """What towns pay their schools without any policy. (schools,)"""
    schools, share = county.schools, county.county.town_share[0]
    usual = np.rint(share * county.stages.spending_yuan[schools.stage] * schools.pupils)
    return np.where(schools.town >= 0, usual, 0).astype(np.int64)


def check_mentoring(after: County, rules: Policy) -> None:
    """Pairs stay within coverage and what the core's teachers can carry; nobody mentors himself."""
    teachers, schools = after.teachers, after.schools
    paired = np.flatnonzero(teachers.paired)
    links = list(rules.links.values())
    assert (teachers.status[paired] == SERVING).all()
    assert (teachers.subject[paired] < MAIN_SUBJECTS).all()
    assert (teachers.school == teachers.home)[paired].all()
    assert (schools.link[teachers.school[paired]] >= 0).all()
    at_home = (teachers.status == SERVING) & (teachers.school == teachers.home)
    main = at_home & (teachers.subject < MAIN_SUBJECTS)
    for unit in np.unique(teachers.school[paired]):
        rule = links[schools.link[unit]].mentoring
        assert (teachers.school[paired] == unit).sum() <= rule.pairing_coverage * (main & (teachers.home == unit)).sum()
    most = max(link.mentoring.mentees_per_mentor for link in links)
    for number, core in enumerate(after.groups.core):
        mentees = paired[schools.group[teachers.school[paired]] == number]
        for subject in range(MAIN_SUBJECTS):
            mentors = (at_home & (teachers.home == core) & (teachers.subject == subject)).sum()
            assert (teachers.subject[mentees] == subject).sum() <= most * mentors


def check_joint_work(after: County) -> None:
    """Only schools with a link are helped or take lessons from the screen, and of no subject more than all."""
    schools = after.schools
    helped = schools.link >= 0
    for given in (schools.event_gain, schools.shared_lessons):
        assert not given[~helped].any()
    assert ((schools.shared_lessons >= 0) & (schools.shared_lessons <= 1)).all()
    assert not schools.event_load[schools.group < 0].any()
    assert (schools.event_load >= 0).all()


def check_groups(after: County, rules: Policy) -> None:
    """A school is in one standing group at most, and a standing group has one core; events of life are told once."""
    schools, groups = after.schools, after.groups
    standing = np.flatnonzero(open_groups(groups))
    if rules.lifecycle is None and not rules.formation.rules:
        assert len(groups) == len(rules.groups) == len(standing)
    cores = np.flatnonzero(schools.role == CORE)
    assert sorted(groups.core[standing].tolist()) == cores.tolist()
    assert schools.group[groups.core[standing]].tolist() == standing.tolist()
    assert np.isin(schools.group[schools.group >= 0], standing).all()
    assert ((schools.joined_year > NEVER) == (schools.group >= 0)).all()
    assert ((schools.left_year > NEVER) == (schools.departure != 0)).all()
    assert (groups.grade[~open_groups(groups)] == NONE).all()
    assert ((schools.group >= 0) == (schools.role != 0)).all()
    assert ((schools.link >= 0) == (schools.role > CORE)).all()


def check_finite(county: County) -> None:
    """No number is lost on the way."""
    for table in (
        county.schools,
        county.groups,
        county.teachers,
        county.students,
        county.stages,
        county.county,
        county.towns,
    ):
        for name, column in table.columns.items():
            if column.dtype.kind == "f":
                values = table.read(column)
                if name == "movers_quality":
                    values = values[county.groups.done > 0]
                if name == "core_quality":
                    values = values[~np.isnan(values)]
                assert np.isfinite(values).all(), repr(column)


def check(world: World, rules: Policy, years: int = 3, known: Evidence | None = None) -> County:
    """Run some years and hold every law in each; returns the last."""
    county, known = world.county, known or world.evidence
    for _ in range(years):
        before, county = county, continued(county, rules, known, SEED)
        check_pupils(before, county, rules)
        check_posts(before, county, rules)
        check_postings(county, rules)
        check_money(before, county, rules, known)
        check_equipment_and_towns(before, county, known)
        check_mentoring(county, rules)
        check_joint_work(county)
        check_groups(county, rules)
        check_finite(county)
    return county
