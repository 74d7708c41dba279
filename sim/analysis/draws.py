"""The tables that a study with drawn coefficients adds: what was drawn, luck against ignorance, what matters most."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.certainty import split_of
from sim.analysis.compare import outcomes
from sim.analysis.uncertainty import Link, Split, links

if TYPE_CHECKING:
    import pandas as pd

WITH = ("county", "variant", "base", "outcome")


def tables(
    yearly: "pd.DataFrame", base: str, names: Sequence[str], drawn: "pd.DataFrame", told: Mapping[str, Any]
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Luck against ignorance (one row an outcome), and every coefficient's importance, of each variant and county.

    `drawn`: columns county, draw, path, value; `told`: for each county what is said of each drawn number by path.
    """
    import pandas as pd

    values = outcomes(yearly, names)
    splits: list[tuple[Any, ...]] = []
    linked: list[tuple[Any, ...]] = []
    for county in values.index.unique("county"):
        table = wide(drawn, county, told[county])
        for variant in values.xs(county, level="county").index.unique("variant"):
            if variant == base:
                continue
            here = values.xs(county, level="county")
            found: pd.DataFrame = here.xs(variant, level="variant") - here.xs(base, level="variant")  # type: ignore[assignment]
            for name in values.columns:
                about = (county, variant, base, name)
                splits.append((*about, *split_of(values, name, county, variant, base)))
                means = found[name].groupby(level="draw").mean().dropna()
                if len(means) > 2 and means.std() > 0:
                    fitting = links(means.to_numpy(float), table.loc[means.index])
                    linked += [(*about, *item) for item in fitting]
    return (
        pd.DataFrame(splits, columns=[*WITH, *Split._fields]),
        pd.DataFrame(linked, columns=[*WITH, *Link._fields]),
    )


def wide(drawn: "pd.DataFrame", county: str, told: Mapping[str, Any]) -> "pd.DataFrame":
    """Drawn numbers of a county, one row a draw and one column a number that something acts on."""
    import pandas as pd

    here = drawn[drawn["county"] == county].set_index(["draw", "path"])["value"].unstack("path")  # noqa: PD010
    paths = [path for path in told if path in here.columns and not told[path].get("inert")]
    marks = [(path, told[path]["first_rank"], told[path]["assumed"]) for path in paths]
    return pd.DataFrame(here[paths].to_numpy(float), index=here.index, columns=pd.Index(marks, tupleize_cols=False))


def shown(table: "pd.DataFrame", variant: str, outcome: str, most: int) -> list[Link]:
    """The links of one outcome worth showing: of first rank, and the strongest `most` of the others."""
    rows = table[(table["variant"] == variant) & (table["outcome"] == outcome)]
    found = [Link(*row) for row in rows[list(Link._fields)].itertuples(index=False)]
    first = [item for item in found if item.first_rank]
    return first + [item for item in found if not item.first_rank][:most]
