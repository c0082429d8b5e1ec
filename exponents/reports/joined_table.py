"""How do several tables become one, for a format that holds a single table?"""

from __future__ import annotations

from collections.abc import Sequence

from ..printing import phrase
from .render import Cell, Table, make_columns


def join_tables(tables: Sequence[Table]) -> Table:
    """Return one table of all rows: the name of each table, then every column that one of them has.

    Columns with the same key are one.  A cell is empty where a table lacks the column.

    Examples
    --------
    >>> from exponents.reports.render import Column, render_table
    >>> one = Table("one", phrase("One"), (Column("x"), Column("y")), (("1", "2"),))
    >>> other = Table("other", phrase("Other"), (Column("x"), Column("z")), (("3", "4"),))
    >>> print(render_table(join_tables([one, other]), "csv"))
    table,x,y,z
    one,1,2,
    other,3,,4
    """
    keys = list(dict.fromkeys(column.key for table in tables for column in table.columns))
    rows: list[tuple[Cell, ...]] = []
    for table in tables:
        for row in table.rows:
            cells = dict(zip((column.key for column in table.columns), row, strict=True))
            rows.append((table.name, *(cells.get(key) for key in keys)))
    return Table("all", phrase("All tables"), make_columns("table", *keys), tuple(rows))
