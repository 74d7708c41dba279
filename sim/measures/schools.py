"""One school year seen once: all pupils and teachers added up to schools, and schools to places.

Every measure is computed from these sums, so that pupils and teachers are passed over only once a year.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.evidence import Evidence
from sim.facilities import effective
from sim.grouped import ratio
from sim.measures.lessons import lessons_given
from sim.measures.places import membership, over_places
from sim.measures.pupils import PupilSums, StageSums, pupil_sums
from sim.measures.staff import StaffSums, staff_sums
from sim.policy import Policy
from sim.state import County

Floats = NDArray[np.float64]


class Weighted(NamedTuple):
    """Further properties of schools, some times their pupils. Arrays (schools,), or (3, places) by place."""

    posts: Floats
    special_posts: Floats
    lessons: Floats
    """Weekly periods of main subjects."""
    out_of_field: Floats
    """Those of them that no teacher of the subject gives."""
    subjects: Floats
    """Subjects that the school's classes have."""
    taught: Floats
    """Those of them that teachers of the subject give, visitors counted by the share they give."""
    management: Floats
    """Management times pupils."""
    schooling: Floats
    """Mean input of the year times pupils."""
    judged: Floats
    """Pupils of schools where teachers of main subjects are present."""
    quality: Floats
    """Mean q of the present teachers of main subjects, times pupils."""
    quality_squares: Floats
    """Its square times pupils."""
    entrants: Floats
    elsewhere: Floats
    asked: Floats
    granted: Floats


class SchoolYear(NamedTuple):
    """A county in one year, added up by school, by stage and by place."""

    county: County
    pupils: PupilSums
    staff: StaffSums
    stages: StageSums
    quality: Floats
    """Mean q of the present teachers of main subjects, NaN where there are none. Shape (schools,)."""
    facilities: Floats
    """Areas, equipment and rooms with what the group shares. Shape (4, schools)."""
    pupils_in_places: PupilSums
    staff_in_places: StaffSums
    weighted_in_places: Weighted

    @classmethod
    def of(cls, county: County, policy: Policy, evidence: Evidence) -> Self:
        """Add up a county as it is after the June examination."""
        pupils, stages = pupil_sums(county, policy)
        staff = staff_sums(county, evidence)
        quality = ratio(staff.quality, staff.main, np.nan)
        judged = np.where(staff.main > 0, pupils.pupils, 0)
        known = np.where(staff.main > 0, quality, 0)
        weighted = Weighted(
            posts=county.schools.posts.astype(np.float64),
            special_posts=county.schools.special_posts.astype(np.float64),
            **lessons_given(county, policy, evidence),
            management=county.schools.management * pupils.pupils,
            schooling=county.schools.schooling * pupils.pupils,
            judged=judged,
            quality=known * judged,
            quality_squares=known * known * judged,
            entrants=county.schools.entrants,
            elsewhere=county.schools.elsewhere,
            asked=county.schools.asked,
            granted=county.schools.granted,
        )
        members = membership(county.schools)
        totals = over_places(members, np.array([*pupils, *staff, *weighted]))
        first, second = len(pupils), len(pupils) + len(staff)
        return cls(
            county,
            pupils,
            staff,
            stages,
            quality,
            effective(county, policy, evidence),
            PupilSums(*totals[:first]),
            StaffSums(*totals[first:second]),
            Weighted(*totals[second:]),
        )
