"""Pictures: nothing cut off or overlapping, findings that say what the numbers say, the same bytes twice."""

import re
from dataclasses import replace
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from synthetic_study import BASE, study

from sim.analysis import charts, style
from sim.analysis.charts.difference import finding as gains
from sim.analysis.charts.money import a_pupil
from sim.analysis.charts.official import binding, lines
from sim.analysis.charts.official import finding as verdict
from sim.analysis.charts.rotation import rotating, shares
from sim.analysis.charts.schools import finding as better_teachers
from sim.analysis.charts.schools import rows
from sim.analysis.charts.winners import finding as winners_and_losers
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds, interval

NAMES = (
    "outcome", "difference", "groups", "schools", "tradeoff", "official", "rotation", "money", "winners", "what_if",
)  # fmt: skip
WIDTHS = (style.PAGE, style.PHONE)


@pytest.fixture(scope="module")
def made() -> SimpleNamespace:
    return study(seeds=6)


@pytest.fixture(scope="module")
def alone() -> SimpleNamespace:
    return study(seeds=3, variants=("none",), base="none")


@pytest.fixture(scope="module")
def worlds(made: SimpleNamespace) -> Worlds:
    return Worlds.of(made)


@pytest.fixture(scope="module")
def drawn(worlds: Worlds) -> dict[tuple[str, float], Figure]:
    draws = {**charts.figures(worlds), "what_if": lambda width: charts.what_if(worlds, width=width)}
    return {(name, width): draw(width) for name, draw in draws.items() for width in WIDTHS}


def boxes(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Words that are really drawn, with their boxes in pixels."""
    drawn: list[Text] = []
    draw = Text.draw

    def noted(text: Text, renderer: RendererBase) -> None:
        if text.get_text().strip():
            drawn.append(text)
        draw(text, renderer)

    renderer = FigureCanvasAgg(figure).get_renderer()
    with pytest.MonkeyPatch.context() as patch, mpl.rc_context(style.RC):
        patch.setattr(Text, "draw", noted)
        figure.draw(renderer)
    return [(text, text.get_window_extent(renderer)) for text in drawn]


def test_the_main_study_has_every_picture(worlds: Worlds) -> None:
    assert tuple(charts.figures(worlds)) == NAMES[:-1]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_no_word_is_cut_off_or_too_small(drawn: dict, name: str, width: float) -> None:
    figure = drawn[name, width]
    right, top = figure.bbox.width, figure.bbox.height
    for text, box in boxes(figure):
        assert text.get_fontsize() >= 9, text
        inside = box.x0 >= -2 and box.y0 >= -2 and box.x1 <= right + 2 and box.y1 <= top + 2
        assert inside, (text, box)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "tradeoff"])
def test_no_words_lie_on_other_words(drawn: dict, name: str, width: float) -> None:
    placed = boxes(drawn[name, width])
    for number, (text, box) in enumerate(placed):
        for other, beside in placed[:number]:
            wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            tall = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert wide < 2 or tall < 3.5, (text, other)


@pytest.mark.parametrize("name", NAMES)
def test_words_have_true_minus_signs_and_a_font_that_has_them(drawn: dict, name: str) -> None:
    for text, _ in boxes(drawn[name, style.PAGE]):
        assert not re.search(r"(^|[\s(])-\d", text.get_text())
        assert not re.search(r"[\u3400-\u9fff]", text.get_text())


def test_drawing_leaves_matplotlib_as_it_was(worlds: Worlds, tmp_path) -> None:
    before = dict(mpl.rcParams)
    style.save(charts.outcome(worlds, "score_core"), tmp_path, "outcome")
    assert dict(mpl.rcParams) == before
    assert not Gcf.figs


def test_pictures_are_saved_twice_with_the_same_bytes(alone: SimpleNamespace, tmp_path) -> None:
    first = charts.draw_all(alone, tmp_path / "a")
    second = charts.draw_all(alone, tmp_path / "b")
    assert list(first) == ["outcome", "official"]
    for name, path in first.items():
        assert path.suffix == ".svg"
        for ending in (".svg", ".png"):
            there = path.with_suffix(ending).read_bytes()
            assert there == second[name].with_suffix(ending).read_bytes()
            assert len(there) > 10_000
    assert b"<dc:date>" not in first["outcome"].read_bytes()


def test_two_pictures_of_a_page_share_no_id(drawn: dict) -> None:
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', style.svg(drawn[name, style.PAGE], name))) for name in ("money", "rotation")
    )
    assert first
    assert second
    assert not first & second


def test_titles_say_who_gains(worlds: Worlds) -> None:
    title = gains(worlds, Words(), "five")
    assert title.startswith("“five” instead of “fifteen”: cores gain 0.0")
    assert "no change for members that can be told from zero" in title


def test_a_variant_equal_to_the_base_has_exactly_no_change(made: SimpleNamespace) -> None:
    same = made.yearly[made.yearly["variant"] == BASE].astype({"variant": object})
    twin = SimpleNamespace(
        manifest={**made.manifest, "variants": {BASE: {}, "twin": {}}},
        yearly=same.merge(same.assign(variant="twin"), how="outer"),
        schools=made.schools.iloc[:0],
    )
    worlds = Worlds.of(twin)
    assert not np.nan_to_num(worlds.difference("twin", "score_core")).any()
    title = gains(worlds, Words(), "twin")
    assert title == "“twin” instead of “fifteen”: exactly no change for cores; exactly no change for members"
    assert "no difference that can be told from zero" in winners_and_losers(worlds, Words())
    assert charts.what_if(twin).axes


def test_an_effect_that_fades_is_told_as_a_mean_over_the_years(made: SimpleNamespace) -> None:
    fading = made.yearly.copy()
    early = (fading["variant"] == "five") & fading["year"].between(1, 3) & (fading["measure"] == "score_member")
    late = (fading["variant"] == "five") & (fading["year"] > 3) & (fading["measure"] == "score_member")
    base = fading[fading["variant"] == BASE].set_index(["measure", "stage", "zone", "seed", "year"])["value"]
    keys = list(zip(*(fading[name] for name in ("measure", "stage", "zone", "seed", "year")), strict=True))
    level = base.reindex(keys).to_numpy()
    fading["value"] = np.where(early, level + 0.03, np.where(late, level, fading["value"]))
    worlds = Worlds.of(SimpleNamespace(**{**vars(made), "yearly": fading}))
    title = gains(worlds, Words(), "five")
    assert "members gain 0.009" in title
    assert "on average over the years, but not in year 10" in title


def test_official_title_names_the_indicator_that_binds(worlds: Worlds) -> None:
    found = lines(worlds, "five", 10, "primary")
    assert len(found) == 10
    assert binding(found).indicator == "sports"
    assert "sports area worst" in verdict(worlds, Words())


def test_shares_of_postings_add_up_to_all_that_was_due(worlds: Worlds) -> None:
    found = shares(worlds, "fifteen")
    assert sum(found.values()) == pytest.approx(1, abs=0.05)  # causes of the made-up study are rounded
    assert rotating(worlds) == ("as_written", "five", "fifteen")


def test_money_a_pupil_adds_up(worlds: Worlds) -> None:
    found = a_pupil(worlds, "fifteen")
    parts = sum(found[name] for name in ("postings", "core_paid", "events", "pairs", "curriculum"))
    assert found["total"] == pytest.approx(parts)
    assert found["total"] == pytest.approx(worlds.values("cost_yuan_per_pupil")["fifteen"][:, 1:].mean())


def test_equipment_is_shown_where_somebody_bought_some(worlds: Worlds) -> None:
    rows = worlds.yearly[worlds.yearly["measure"] == "money_pairs_yuan"]
    bought, none = (rows.assign(measure="money_equipment_yuan", value=value) for value in (8_000.0, 0.0))
    without, having = (replace(worlds, yearly=pd.concat([worlds.yearly, more])) for more in (none, bought))
    assert "equipment" not in a_pupil(without, "fifteen")
    found = a_pupil(having, "fifteen")
    assert found["equipment"] > 0
    assert found["total"] == pytest.approx(a_pupil(worlds, "fifteen")["total"] + found["equipment"])


def test_schools_are_sorted_by_stage_zone_and_group(worlds: Worlds) -> None:
    found = rows(worlds, "teacher_quality_mean")
    assert len(found) == 65
    assert [row.name for row in found[:3]] == ["Tai'an No.1 Experimental", "Cangku Road", "Xiguan Primary"]
    assert [row.stage for row in found].index("junior") == 45
    means = worlds.schools[worlds.schools["name_en"] == "Cangku Road School"]
    base = means[(means["variant"] == BASE) & (means["year"] == 10)]["teacher_quality_mean"].mean()
    assert found[1].base == pytest.approx(base)


def test_schools_of_a_missing_run_are_left_out_of_the_pairs(made: SimpleNamespace) -> None:
    lost = made.schools[~((made.schools["variant"] == "five") & (made.schools["seed"] == 2))]
    worlds = Worlds.of(SimpleNamespace(**{**vars(made), "schools": lost}))
    whole, part = (rows(w, "teacher_quality_mean") for w in (Worlds.of(made), worlds))
    assert whole[0].base == part[0].base
    assert whole[0].focus != part[0].focus
    assert "of 4 cores" in better_teachers(worlds, part, Words())


def test_a_study_without_groups_has_only_the_pictures_it_can(alone: SimpleNamespace) -> None:
    assert tuple(charts.figures(alone)) == ("outcome", "official")


def test_differences_are_paired_and_a_lost_run_leaves_its_world_out(made: SimpleNamespace) -> None:
    lost = made.yearly[~((made.yearly["variant"] == "five") & (made.yearly["seed"] == 2))]
    worlds = Worlds.of(SimpleNamespace(**{**vars(made), "yearly": lost}))
    change = worlds.difference("five", "score_core")
    assert change.shape == (6, 11)
    assert np.isnan(change[1]).all()
    assert np.isfinite(change[0]).all()
    assert np.isfinite(interval(change[:, -1]).low)


def test_interval_of_three_worlds() -> None:
    # mean 2, SD 1, t(2) = 4.3027: 2 ± 4.3027 / √3 = 2 ± 2.4841
    found = interval(np.array([1.0, 2.0, 3.0, np.nan]))
    assert found.mean == 2
    assert found.high == pytest.approx(4.4841, abs=1e-4)
    assert not found.told_apart
    assert interval(np.zeros(5)) == (0, 0, 0)
    assert np.isnan(interval(np.array([1.0])).low)


def test_the_base_is_grey_and_the_policy_as_written_keeps_its_hue() -> None:
    looks = style.looks(("none", "as_written", "five", "fifteen"), "fifteen")
    assert looks["fifteen"].colour == style.BASE
    assert looks["as_written"].colour == style.looks(("as_written", "x"), "x")["as_written"].colour
    assert len({look.colour for look in looks.values()}) == 4
    assert style.looks(("none", "x"), "none")["none"].colour == style.BASE


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_labels_keep_their_order_and_distance(wanted: list[float]) -> None:
    placed = style.spread(wanted, 0.1, -0.1, 1.1)
    assert min(placed) >= -0.1 - 1e-9
    assert max(placed) <= 1.1 + 1e-9
    for first, second in zip(sorted(placed), sorted(placed)[1:], strict=False):
        assert second - first >= 0.1 - 1e-9
    for a, b in zip(wanted, placed, strict=True):
        for c, d in zip(wanted, placed, strict=True):
            assert not (a < c and b > d)


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert style.spread([0.2, 0.9, 0.5], 0.1, 0, 1) == pytest.approx([0.2, 0.9, 0.5])
    assert style.spread([0.5, 0.5], 0.1, 0, 1) == pytest.approx([0.45, 0.55])


def test_plain_results_may_be_drawn(made: SimpleNamespace) -> None:
    assert charts.outcome(made, "gap_teacher_quality").axes
    with pytest.raises(KeyError):
        charts.outcome(made, "no_such_measure")


@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_of_variants_are_cut_to_fit(width: float) -> None:
    long = "links.fused.rotation.max_age=50, mentoring.pairing_coverage=0.1, evidence.transfer_dip=-0.1"
    names = {"five": long, "fifteen": long.replace("50", "45"), "as_written": long.replace("50", "40")}
    made = study(seeds=3, years=3, variants=("none", *names), base="fifteen")
    renamed = {
        name: getattr(made, name).assign(variant=lambda frame: frame["variant"].astype(object).replace(names))
        for name in ("yearly", "schools")
    }
    variants: dict[str, dict] = {name: {} for name in ("none", *names.values())}
    manifest = {**made.manifest, "variants": variants, "base": names["fifteen"]}
    worlds = Worlds.of(SimpleNamespace(manifest=manifest, **renamed))
    for draw in [*charts.figures(worlds).values(), lambda width: charts.what_if(worlds, width=width)]:
        drawn = draw(width)
        for text, box in boxes(drawn):
            assert box.x1 <= drawn.bbox.width + 2, text
