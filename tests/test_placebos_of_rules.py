"""Placebos of rules that Taishan's plan does not have: the switch that is off equals the policy without them."""

import numpy as np
from worlds import changed, continued, differences, evidence, policy, switched_off, taishan

from sim.state import CHINESE, ENGLISH, JUNIOR, Teachers

SEED = 1
FEW = 3


def test_the_rules_of_life_switched_off_equal_their_absence():
    start = taishan(SEED).county
    life = {"growth_years": 1, "graduation_gap": 9.0, "entry": True, "dissolve_years": 1, "dissolve_result": 0.0}
    living = changed(policy(), {"lifecycle": life})
    without = continued(start, policy(), evidence(), SEED, FEW)
    assert differences(without, continued(start, living, switched_off(evidence(), "lifecycle"), SEED, FEW)) == []
    acting = continued(start, living, evidence(), SEED, FEW)
    assert {"Schools.group", "Groups.closed_year"} <= set(differences(without, acting))


def test_itinerant_teaching_switched_off_equals_its_absence():
    # Nobody teaches English at one junior school; others of the county have time for it.
    start = taishan(SEED).county.copy()
    teachers, school = start.teachers, int(np.flatnonzero(start.schools.stage == JUNIOR)[0])
    subject = np.where((teachers.home == school) & (teachers.subject == ENGLISH), CHINESE, teachers.subject)
    teachers.write(Teachers.subject, subject)
    visiting = changed(policy(), {"staffing.itinerant": {"subjects": ("english",), "scope": "county"}})
    without = continued(start, policy(), evidence(), SEED)
    assert differences(without, continued(start, visiting, switched_off(evidence(), "itinerant"), SEED)) == []
    assert "Schools.schooling" in differences(without, continued(start, visiting, evidence(), SEED))
