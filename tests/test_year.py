"""The school year: its order, the table of who reads and writes what, and the proof that declarations are true."""

from functools import cache
from pathlib import Path

import pytest
from worlds import JOINT_WORK, TOWN_RULES, changed, evidence, policy, switched_off, taishan, with_towns

from sim.columns import Table
from sim.draws import Draws
from sim.process import apply
from sim.state import Counties, Groups, Schools, StageTotals, Students, Teachers, Towns
from sim.timetable import marks, timetable
from sim.year import SCHOOL_YEAR, advance

TABLE = Path(__file__).with_name("year_table.txt")
REWRITE = (
    'uv run python -c "from sim.timetable import timetable; from sim.year import SCHOOL_YEAR; '
    "print(timetable(SCHOOL_YEAR), end='')\" > tests/year_table.txt"
)
NAMES = [process.name for process in SCHOOL_YEAR]
ONE_WAY = ("rotation.exchange=false", "rotation.honour=null")
ALL_RULES_OF_ENTRY = (
    "admissions.unit=group", "admissions.must_accept=false", "admissions.privilege=0.05",
    "admissions.transfer_allowed=true", "admissions.migrants.rule=papers", "admissions.boarding={泰安十三中: 90}",
)  # fmt: skip
ROTATION = {
    "rules.core.exchange": False, "years": [1, 1], "transfer_chance": 1.0, "backbone_per_subject_new": 1,
    "must_move": {"years_here": 10, "years_to_retirement": 6.0},
}  # fmt: skip
EVERY_RULE = changed(policy(), {f"links.fused.rotation.{path}": value for path, value in ROTATION.items()})
STAFFING = {
    "links.fused.rotation.inflow_gate": "selection",
    "staffing.group_special_posts": 3,
    "staffing.itinerant": {"subjects": ("maths",), "scope": "group"},
}
LIFE = {
    "links.fused.rotation.rules.core.rate": 0.9,
    "lifecycle": {
        "entry": True, "max_members": 6, "growth_years": 2, "graduation_gap": 1.0, "graduation_value_added": 0.0,
        "graduate_to": "spawn", "one_out_one_in": True, "expel_years": 1, "expel_fulfilment": 1.0, "dissolve_years": 2,
    },
}  # fmt: skip
"""Groups that do all that the rules of life know."""
SITUATIONS = (
    (policy(), evidence(), 3),
    (policy("none"), evidence(), 3),
    (policy("taishan", *ONE_WAY), evidence(), 2),
    (changed(policy("taishan", *ONE_WAY), STAFFING), evidence(), 2),
    (policy("taishan", "funding.special_fund_yuan=0"), switched_off(evidence(), "peers", "choice"), 1),
    (policy(), changed(evidence(), {"exit_rate": 0.3}), 2),
    (changed(policy(), TOWN_RULES), evidence(), 2),
    (changed(policy(), JOINT_WORK | {"assessment.cycle_years": 2, "assessment.bundle": "increment"}), evidence(), 2),
    (policy("taishan", *ALL_RULES_OF_ENTRY), evidence(), 2),
    (EVERY_RULE, evidence(), 2),
    (changed(policy(), LIFE), evidence(), 3),
)
"""Policies, evidence and years that together make every process read all that it ever reads."""


@cache
def seen():
    """Reads, writes and resizes of each process over all situations."""
    found = {name: (set(), set(), set()) for name in NAMES}
    usual = Table.read
    for rules, known, years in SITUATIONS:
        county = with_towns(taishan().county)
        for _ in range(years):
            county.year += 1
            for process in SCHOOL_YEAR:
                reads, writes, resizes = found[process.name]
                county.rooms = None  # classes are formed once a year; here each process forms its own

                def recording(table, column, reads=reads):
                    reads.add(column)
                    return usual(table, column)

                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(Table, "read", recording)
                    changes = process.run(county, rules, known, 1)
                writes.update(changes.write)
                resizes.update(changes.enter, changes.rows)
                apply(county, process, changes)
    return found


@pytest.mark.parametrize("process", SCHOOL_YEAR, ids=NAMES)
def test_a_process_reads_what_it_declares_and_nothing_else(process):
    reads, _, _ = seen()[process.name]
    undeclared, unread = reads - process.reads, process.reads - reads
    assert (undeclared, unread) == (set(), set()), f"{process.name}: (read undeclared, declared but never read)"


@pytest.mark.parametrize("process", SCHOOL_YEAR, ids=NAMES)
def test_a_process_writes_what_it_declares_and_nothing_else(process):
    _, writes, resizes = seen()[process.name]
    assert writes == process.writes
    assert resizes == process.resizes


def test_every_column_is_listed_by_a_process_or_belongs_to_the_founding():
    touched = set().union(*(process.reads | process.writes for process in SCHOOL_YEAR))
    resized = set().union(*(process.resizes for process in SCHOOL_YEAR))
    assert resized == {Groups, Teachers, Students}
    untouched = {
        column
        for table in (Schools, Groups, Teachers, Students, StageTotals, Counties, Towns)
        for column in table.columns.values()
        if column not in touched
    }
    # Areas count in official measures; degrees in measures; the rest is asked by reports.
    assert untouched == {
        Schools.area_m2, Schools.sports_m2, Teachers.degree, Towns.zone,
    }  # fmt: skip


def test_the_order_of_the_year():
    assert NAMES == [
        "groups.reorganise", "funding.allot", "admissions.place", "staffing.appoint", "rotation.rotate",
        "mentoring.pair", "learning.teach", "assessment.examine",
    ]  # fmt: skip


def test_the_table_of_the_year_is_the_committed_one():
    assert timetable(SCHOOL_YEAR) == TABLE.read_text(encoding="utf-8"), f"if this is meant: {REWRITE}"


def test_marks_tell_this_year_from_last_year():
    # Standing is written in June by examine and read by nobody; pupils are enrolled in August, so that July's
    # funding reads last year's roll and August's staffing this year's.
    by_process = dict(zip(NAMES, marks(Schools.pupils, SCHOOL_YEAR), strict=True))
    assert by_process["funding.allot"] == "L"
    assert by_process["admissions.place"] == "W"
    assert by_process["staffing.appoint"] == "R"
    # Skill is used and renewed by teaching; mentoring, before it, reads last year's.
    by_process = dict(zip(NAMES, marks(Teachers.skill_peer, SCHOOL_YEAR), strict=True))
    assert by_process["mentoring.pair"] == "L"
    assert by_process["learning.teach"] == "LW"
    # A column that nobody writes is simply read.
    assert set(marks(Schools.zone, SCHOOL_YEAR)) == {"", "R"}


def test_a_year_applies_every_process_in_turn_and_counts():
    county = taishan().county.copy()
    asked = []
    usual = Draws.__init__

    def noting(draws, seed, process, year):
        asked.append((seed, process, year))
        usual(draws, seed, process, year)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draws, "__init__", noting)
        advance(county, policy(), evidence(), 5)
    assert county.year == 1
    assert asked == [(5, name, 1) for name in NAMES]
    assert taishan().county.year == 0
