"""The window that convolutions and poolings move over a map."""

from dataclasses import dataclass

Pair = tuple[int, int]
"""(height, width)."""


@dataclass(frozen=True)
class Window:
    """A kernel that moves over a map of that size, with ``padding`` zeros on each side.

    Neighbouring taps of the kernel are ``dilation`` pixels apart.
    """

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @staticmethod
    def square(side: int, kernel: int, stride: int, padding: int = 0) -> "Window":
        """Return a square window on a square map."""
        return Window((side, side), (kernel, kernel), (stride, stride), (padding, padding))

    @property
    def result(self) -> Pair:
        """Return the size of the map that it makes."""
        height, width = (
            (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
            for size, kernel, stride, padding, dilation in zip(
                self.size, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )
        return height, width

    @property
    def pixels(self) -> int:
        """Return the pixels of the map."""
        return self.size[0] * self.size[1]

    @property
    def positions(self) -> int:
        """Return at how many places the kernel stands."""
        return self.result[0] * self.result[1]

    @property
    def taps(self) -> int:
        """Return how many places of the map the kernel covers."""
        return self.kernel[0] * self.kernel[1]
