"""The consoles that pages and progress are printed on."""

from rich.console import Console

_WIDTH = 110
LINE_S = 10.0
"""Between two lines of progress where there is no terminal."""


def console(width: int = _WIDTH) -> Console:
    """Return a console on standard output.

    No markup: what is printed comes out of files, where a bracket is a bracket. A terminal's own width is used; a file
    gets that many characters a line.
    """
    plain = Console(highlight=False, markup=False)
    return plain if plain.is_terminal else Console(highlight=False, markup=False, width=width)


def error_console() -> Console:
    """Return a console on standard error, which folds no line."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
