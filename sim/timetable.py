"""The year as a table: which process reads and writes which column, and which reads are last year's.

Rows are columns, columns are processes in the order of the year. W: writes, R: reads what holds this year, L: reads
last year's value, since its writers come later in the year. These are the only feedbacks from year to year.
"""

from collections.abc import Sequence

from sim.columns import Column, Table
from sim.process import Process
from sim.state import Counties, Groups, Schools, StageTotals, Students, Teachers, Towns

TABLES: tuple[type[Table], ...] = (Schools, Groups, Teachers, Students, StageTotals, Counties, Towns)
NOTHING = "·"


def marks(column: Column, processes: Sequence[Process]) -> list[str]:
    """What each process does with a column: "", R, L, W, RW or LW."""
    writers = [place for place, process in enumerate(processes) if column in process.writes]
    found = []
    for place, process in enumerate(processes):
        last_year = bool(writers) and place <= writers[0]
        read = ("L" if last_year else "R") if column in process.reads else ""
        found.append(read + ("W" if column in process.writes else ""))
    return found


def rows_marks(table: type[Table], processes: Sequence[Process]) -> list[str]:
    """W for each process that lets rows of a table enter or leave."""
    return ["W" if table in process.resizes else "" for process in processes]


def timetable(processes: Sequence[Process]) -> str:
    """The table as lines of text, with the columns that no process touches listed below it."""
    listed: list[tuple[str, list[str]]] = []
    untouched = []
    for table in TABLES:
        moved = rows_marks(table, processes)
        if any(moved):
            listed.append((f"{table.__name__} (rows)", moved))
        for column in table.columns.values():
            found = marks(column, processes)
            if any(found):
                listed.append((repr(column), found))
            else:
                untouched.append(repr(column))
    names = [process.name.split(".")[-1] for process in processes]
    first = max(len(name) for name, _ in listed)
    lines = [" " * first + "  " + "  ".join(names)]
    for name, found in listed:
        cells = (mark.center(len(title)) for mark, title in zip((m or NOTHING for m in found), names, strict=True))
        lines.append((name.ljust(first) + "  " + "  ".join(cells)).rstrip())
    lines += ["", "Touched by no process:", *(f"  {name}" for name in untouched)]
    return "\n".join(lines) + "\n"
