"""The console that every page is printed on."""

from rich.console import Console

_WIDTH = 110


def console(width: int = _WIDTH) -> Console:
    """Return a console on standard output.

    No markup: what is printed comes out of files, where a bracket is a bracket. A terminal's own width is used; a file
    gets that many characters a line.
    """
    plain = Console(highlight=False, markup=False)
    return plain if plain.is_terminal else Console(highlight=False, markup=False, width=width)
