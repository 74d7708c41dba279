"""A group whose schools have staff enough to rotate."""

import pytest

from sim.state import CHINESE, FAR, MATHS, NEAR, SEAT


@pytest.fixture
def staffed(tiny_county):
    """A core and two members, in town, near and far: six, six and no teachers; keywords are columns of teachers."""

    def make_county(year=1, schools=None, groups=None, **columns):
        home = columns.pop("home", [0] * 6 + [1] * 6)
        usual = {
            "home": home, "school": home, "subject": [CHINESE, CHINESE, CHINESE, MATHS, MATHS, MATHS] * 2,
            "home_post": [0, 1, 2] * 4, "post": [0, 1, 2] * 4, "age": 40.0, "honour": True, "years_teaching": 15,
            "backbone": False, "stage": 0, "female": True,
        }  # fmt: skip
        return tiny_county(
            year=year, teachers=usual | columns,
            groups={"founded_year": [1], "first_member_year": [1]} | (groups or {}),
            schools={"link": [-1, 0, 0, -1], "zone": [SEAT, NEAR, FAR, SEAT], "posts": 6} | (schools or {}),
            county={"labour_yuan": [[140_000, 170_000, 210_000]]},
        )  # fmt: skip

    return make_county
