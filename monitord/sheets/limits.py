"""How much of a file is ever read: a roster of a whole year is a hundredth of each."""

MAX_BYTES = 10 * 1024 * 1024
"""Bytes of a file."""
MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes of all members of a workbook once they are unpacked."""
MAX_MEMBERS = 500
"""Members of the archive that a workbook is."""
MAX_RATIO = 150
"""How many times larger than packed a member may be, if it is no small one."""
SMALL_MEMBER = 1024 * 1024
"""Bytes up to which nobody minds how well a member was packed."""
MAX_ROWS = 20_000
"""Rows of a sheet, empty ones among them."""
MAX_COLUMNS = 200
"""Columns of a sheet."""
MAX_CELLS = 100_000
"""Cells of a whole workbook that hold something."""
MAX_TEXT = 2_000
"""Characters of one cell; what is longer is cut."""
MAX_SHEETS = 60
"""Sheets of a workbook."""
MAX_MERGED = 20_000
"""Merged ranges of a workbook."""
MAX_OUTPUT = 16 * 1024 * 1024
"""Bytes that the parsing process may answer."""
MAX_LINE = 4 * 1024 * 1024
"""Bytes of one row as the parsing process answers it."""
MEMORY = 40 * 1024 * 1024
"""Bytes that the parsing process may take over what it has before it reads."""
CPU_SECONDS = 10
"""Seconds of computing that parsing may take."""
WALL_SECONDS = 30
"""Seconds after which the parsing process ends, whatever it waits for."""
