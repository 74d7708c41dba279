"""The page: it stands alone, holds every picture and table, and says what was compared."""

import base64
import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from synthetic_study import stored, study

from sim.analysis import report
from sim.analysis.numbers import decimals, fixed, with_interval
from sim.analysis.phrases import ENGLISH
from sim.analysis.report.compared import leaves, written
from sim.analysis.report.table import Cell, number, table
from sim.analysis.sentences import headline
from sim.analysis.words import Words

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """What a page holds: its ids, addresses, tables, words; complains about tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.files: dict[str, str] = {}
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.tags.add(tag)
        if "id" in found:
            self.ids.append(found["id"])
        self.addresses += [found[name] for name in ("href", "src", "xlink:href", "action") if name in found]
        if "download" in found:
            self.files[found["download"]] = found["href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    stored(folder, study(seeds=4))
    report.write(folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_page_stands_alone(page: Page) -> None:
    for address in page.addresses:
        assert address.startswith(("#", "data:")), address
    assert not page.tags & {"script", "link", "img", "iframe"}


def test_no_id_is_there_twice(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))


def test_every_address_within_the_page_exists(page: Page) -> None:
    wanted = {address[1:] for address in page.addresses if address.startswith("#")}
    assert wanted <= set(page.ids)


def test_every_picture_stands_for_page_and_phone_and_lies_beside(page: Page, folder: Path) -> None:
    names = [id_.removeprefix("figure-") for id_ in page.ids if id_.startswith("figure-") and id_.count("-") == 1]
    assert names == [
        "outcome", "difference", "groups", "schools", "tradeoff", "official", "rotation", "money", "winners",
    ]  # fmt: skip
    for name in names:
        assert any(id_.startswith(f"{name}-phone-") for id_ in page.ids)
        assert (folder / "charts" / f"{name}.svg").is_file()
        assert (folder / "charts" / f"{name}.png").is_file()


def test_the_answer_opens_the_page(page: Page, folder: Path) -> None:
    text = " ".join(" ".join(page.words).split())
    for sentence in headline(report.Results(folder)):
        assert " ".join(sentence.split()) in text
    order = [text.index(words) for words in ("Question", "Answer", "What happens", "The official verdict")]
    assert order == sorted(order)


def test_tables_can_be_downloaded_as_they_are(page: Page, folder: Path) -> None:
    text = base64.b64decode(page.files["contrasts.csv"].split(",", 1)[1]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    there = report.Results(folder).contrasts
    assert len(rows) == len(there)
    assert float(rows[0]["difference"]) == there["difference"].iloc[0]
    official = base64.b64decode(page.files["official_primary.csv"].split(",", 1)[1]).decode("utf-8-sig")
    sports = next(row for row in csv.reader(io.StringIO(official)) if row[0].startswith("Sports"))
    assert float(sports[1]) == 7.5


def test_only_what_differs_between_policies_is_set_side_by_side(folder: Path) -> None:
    manifest = report.Results(folder).manifest
    found = report.compared.policies(manifest, "taishan", Words())
    (row,) = found.rows
    assert [cell.text for cell in row[:5]] == [
        "links.fused.rotation.rules.core.rate", "0.15 in group year 1, 0.05 from group year 2 on", "0.05", "0.15",
        "taishan.rotation.first_year_floor",
    ]  # fmt: skip
    assert report.compared.ungrouped(manifest, "taishan") == ["none"]


def test_every_coefficient_is_listed_and_assumed_ones_are_counted(folder: Path) -> None:
    manifest = report.Results(folder).manifest
    found = report.compared.coefficients(manifest, "taishan", Words())
    unsure, every = report.compared.assumed(manifest, "taishan")
    assert every == len(found.rows) > 70
    assert 0 < unsure == sum(row[5].text == "assumed" for row in found.rows)


def test_what_users_wrote_is_never_markup_and_failures_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report.charts, "figures", lambda worlds, lang: {})
    made = study(seeds=3, years=2, variants=("five", "fifteen"))
    made.manifest["title"] = {"en": "<script>alert(1)</script>", "zh": "甲"}
    made.manifest["failed"] = [
        {"county": "taishan", "variant": "five", "seed": 3, "error": "ValueError: a < b", "trace": ""}
    ]
    stored(tmp_path, made)
    page = Page(report.write(tmp_path).read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert any("five, seed 3: ValueError: a < b" in words for words in page.words)


def test_a_county_alone_without_groups_has_a_page_and_always_the_same(tmp_path: Path) -> None:
    results = stored(tmp_path, study(seeds=3, years=2, variants=("none",), base="none"))
    text = report.write(tmp_path).read_text(encoding="utf-8")
    assert "figure-official" in Page(text).ids
    assert "figure-rotation" not in Page(text).ids
    assert report.render(results, tmp_path / "again") == text


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        report.write(tmp_path)


def test_a_column_of_numbers_lines_up_on_the_point() -> None:
    found = table("t", "c", ["n"], [[number("1.25")], [number("−3")], [number("10.5")]])
    widths = {len(row[0].text.rpartition(".")[2]) if "." in row[0].text else None for row in found.rows}
    assert [row[0].text for row in found.rows] == ["1.25", "−3\u2008\u2007\u2007", "10.5\u2007"]
    assert widths == {2, None}
    assert found.stored == (("n",), ("1.25",), ("-3",), ("10.5",))


def test_headings_of_rows_are_not_stored() -> None:
    found = table("t", "c", ["a", "b"], [[Cell("all", heading=True)], [Cell("x"), number("1\u202f000")]])
    assert found.stored == (("a", "b"), ("x", "1000"))


@pytest.mark.parametrize(
    ("value", "places", "signed", "text"),
    [
        (-0.0304, 3, False, "−0.030"), (0.0304, 3, True, "+0.030"), (-0.0001, 2, True, "0.00"),
        (12345.6, 0, False, "12\u202f346"), (float("nan"), 2, False, "–"),
    ],
)  # fmt: skip
def test_numbers_are_written_with_true_minus_signs(value: float, places: int, signed: bool, text: str) -> None:
    assert fixed(value, places, signed=signed) == text


def test_two_digits_of_the_uncertainty_are_shown() -> None:
    assert [decimals(half) for half in (0.0092, 0.0105, 0.5, 12.0, 0.0)] == [4, 3, 2, 0, 0]
    assert with_interval(-0.0305, -0.0397, -0.0213) == "−0.0305 (−0.0397 to −0.0213)"


def test_values_of_a_policy_are_written_in_words() -> None:
    words = Words()
    assert written({"by_year": {"2016": 650, "2023": 720}}, words) == "650 in 2016, 720 from 2023 on"
    assert [written(value, words) for value in (True, None, 2_400_000, -0.05, [2, 5])] == [
        "yes", "none", "2\u202f400\u202f000", "−0.05", "2, 5",
    ]  # fmt: skip
    assert dict(leaves({"a": {"b": 1, "c": {"by_year": {"2020": 2}}}})) == {"a.b": 1, "a.c": {"by_year": {"2020": 2}}}


def test_every_phrase_is_used_somewhere() -> None:
    here = Path(report.__file__).parents[1]
    files = [*here.rglob("*.py"), *here.rglob("*.j2")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "phrases")
    built = (
        "section_",
        "read_",
        "official_",
        "count_",
        "of_by_",
        "by_",
        "largest_",
        "no_",
        "value_",
        "key_",
        "head_",
        "verdict_",
        "tradeoff_",
    )
    unused = [key for key in ENGLISH if f'"{key}"' not in text and not key.startswith(built)]
    assert not unused


def test_every_variant_is_explained(page: Page) -> None:
    text = " ".join(page.words)
    assert "policy “taishan”, rotation.rate = 0.15, the base that the others are compared with" in text
    assert re.search(r"seeds\s+1–4 \(4\)", text)
