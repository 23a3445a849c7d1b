"""Who is told how a sweep goes on."""


class Listener:
    """Is told, and says nothing."""

    def started(self, rows: int, there: int) -> None:
        """Hear how many rows there will be, and how many are there from before."""

    def advanced(self, rows: int) -> None:
        """Hear of so many more rows."""

    def verifying(self, rows: int) -> None:
        """Hear that so many rows of the front are run on the engine."""

    def noticed(self, text: str) -> None:
        """Hear of something that a person should know."""
