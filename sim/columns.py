"""Columns and tables: read-only arrays that are declared once and replaced whole.

A table is a set of arrays of one length. Each column is declared as a class attribute, so that
`Students.score` is the declaration and `county.students.score` the array. Arrays refuse assignment; only
the kernel replaces them (`Table.write`, `Table.resize`). Copies of a table share their arrays, which is
safe because no array ever changes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import NDArray

NONE = -1
"""A reference to no row."""
NEVER = -9999
"""A year that has not been; far from the years of founding, which are 0 and below."""

Array = NDArray[Any]


class Column:
    """Declaration of one column: type, meaning, unit, and the table its numbers refer to."""

    def __init__(
        self,
        dtype: str,
        meaning: str,
        *,
        unit: str = "",
        of: "type[Table] | None" = None,
        start: float | bool = 0,
        width: int = 0,
    ) -> None:
        """Declare a column; `width` > 0 gives every row that many numbers, new rows hold `start`."""
        self.dtype = np.dtype(dtype)
        self.meaning = meaning
        self.unit = unit
        self.of = of
        self.start = NONE if of is not None else start
        self.width = width
        self.name = ""
        self.table: type[Table] = Table

    def __set_name__(self, owner: "type[Table]", name: str) -> None:
        self.name = name
        self.table = owner

    @overload
    def __get__(self, table: None, owner: "type[Table]") -> Self: ...
    @overload
    def __get__(self, table: "Table", owner: "type[Table]") -> Array: ...
    def __get__(self, table: "Table | None", owner: "type[Table]") -> Self | Array:
        """The declaration when asked of the class, the array when asked of a table."""
        return self if table is None else table.read(self)

    def shape(self, size: int) -> tuple[int, ...]:
        """Shape of the column in a table of `size` rows."""
        return (size, self.width) if self.width else (size,)

    def fit(self, values: Any, size: int) -> Array:
        """`values` as a read-only array of this column's type and shape.

        Raises ValueError where the shape is wrong.
        """
        array = np.asarray(values, dtype=self.dtype)
        if array.shape != self.shape(size):
            if array.ndim:
                raise ValueError(f"{self}: expected shape {self.shape(size)}, found {array.shape}")
            array = np.full(self.shape(size), array, dtype=self.dtype)
        elif array is values and array.flags.writeable:
            array = array.view()
        elif array.base is not None and array.flags.writeable:
            array = array.copy()
        array.flags.writeable = False
        return array

    def __repr__(self) -> str:
        return f"{self.table.__name__}.{self.name}"


class Table:
    """A set of columns of one length."""

    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        cls.columns = {name: item for name, item in vars(cls).items() if isinstance(item, Column)}

    def __init__(self, size: int, **values: Any) -> None:
        """A table of `size` rows; columns not given hold their start value."""
        unknown = values.keys() - self.columns.keys()
        if unknown:
            raise ValueError(f"{type(self).__name__} has no column {', '.join(sorted(unknown))}")
        self.size = size
        self._arrays = {name: column.fit(values.get(name, column.start), size) for name, column in self.columns.items()}

    def __len__(self) -> int:
        return self.size

    def read(self, column: Column) -> Array:
        """The array of `column`, read-only."""
        return self._arrays[column.name]

    def write(self, column: Column, values: Any) -> None:
        """Replace one column."""
        self._arrays[column.name] = column.fit(values, self.size)

    def resize(self, rows: Array | None, entering: Mapping[Column, Any] | None) -> None:
        """Append the entering rows, then keep `rows` in that order; None keeps all.

        `rows` counts the old rows first and the entering ones after them.
        """
        entering = entering or {}
        count = max((np.shape(values)[0] for values in entering.values() if np.ndim(values)), default=0)
        arrays = {}
        for name, column in self.columns.items():
            array = self._arrays[name]
            if count:
                array = np.concatenate([array, column.fit(entering.get(column, column.start), count)])
            if rows is not None:
                array = array.take(rows, axis=0)
            arrays[name] = column.fit(array, array.shape[0])
        self.size = (self.size + count) if rows is None else len(rows)
        self._arrays = arrays

    def copy(self) -> Self:
        """The same rows in a table of their own; arrays are shared until written."""
        twin = object.__new__(type(self))
        twin.size = self.size
        twin._arrays = dict(self._arrays)
        return twin
