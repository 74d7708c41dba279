"""The English words of pictures and page. A second language is a second mapping with the same keys."""

from collections.abc import Mapping

from sim.analysis.phrases import page, pictures, uncertainty

ENGLISH: Mapping[str, object] = {**pictures.ENGLISH, **page.ENGLISH, **uncertainty.ENGLISH}
