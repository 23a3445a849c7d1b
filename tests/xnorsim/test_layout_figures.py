"""The figures of docs/microarchitecture.md, section 2, against what co-simulation lays out and reads back."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.strategies import xnor_array
from workloads.packing import pack_bits
from workloads.trace import Thresholds
from xnorsim.cosimulation.memory import Area, operand_area, result_bits, result_bytes, result_sums, threshold_area

PAGE = (Path(__file__).parents[2] / "docs" / "microarchitecture.md").read_text(encoding="utf-8")

# The page's example: A of two planes, 2 x 7, times B, 7 x 5, on lanes of 3 bits, behind a port of 16.
M, K, N, PLANES_A = 2, 7, 5, 2
ARRAY, PORT_BITS = xnor_array(lanes=3, accumulator_bits=8), 16

Bits = list[int]
Mark = tuple[str, str, Bits]
"""What stands in some bits, the port word's note, and the bits, counted from the first of the area."""


def ones(area: Area) -> Bits:
    """Return the bits that are set, counted from the first of the area."""
    return np.flatnonzero(np.unpackbits(area.reshape(-1), bitorder="little")).tolist()


def operand_marks(prefix: str, note: str, rows: int, planes: int) -> Iterator[Mark]:
    """Yield every element of every plane with the bits that it sets."""
    for row, plane, element in np.ndindex(rows, planes, K):
        bits = np.zeros((rows, planes, K), dtype=np.bool_)
        bits[row, plane, element] = True
        yield f"{prefix}{element}", note.format(row, plane), ones(operand_area(pack_bits(bits), K, ARRAY, PORT_BITS))


def threshold_marks() -> Iterator[Mark]:
    """Yield every bit of every threshold, and every direction."""
    for channel, bit in np.ndindex(N, ARRAY.accumulator_bits + 1):
        sums, at_most = np.zeros(N, dtype=np.int64), np.zeros(N, dtype=np.bool_)
        if bit == ARRAY.accumulator_bits:
            at_most[channel] = True
        else:
            sums[channel] = -(1 << bit) if bit == ARRAY.accumulator_bits - 1 else 1 << bit
        name = "d" if bit == ARRAY.accumulator_bits else f"t{channel}"
        area = threshold_area(Thresholds("t", sums, at_most), ARRAY, PORT_BITS)
        yield name, f"channel {channel}", ones(area)


def result_marks(*, thresholds: bool) -> Iterator[Mark]:
    """Yield every bit of a result's area that is read back, with the channel that it belongs to."""
    shape = result_bytes(M, N, ARRAY, PORT_BITS, thresholds=thresholds)
    for bit in range(8 * shape[0] * shape[1]):
        marks = np.arange(8 * shape[0] * shape[1]) == bit
        area = np.packbits(marks, bitorder="little").reshape(shape)
        read = (
            result_bits(area, N, ARRAY)[:, :1] >> np.arange(N, dtype=np.uint64) & np.uint64(1) if thresholds else None
        )
        for row, channel in np.argwhere(result_sums(area, N, ARRAY) if read is None else read):
            yield f"{'c' if thresholds else 's'}{channel}", f"row {row}", [bit]


def figure(prefix: str, marks: Iterable[Mark], rest: str) -> str:
    """Return a line for each port word, bit 0 on the right; ``rest`` is what stands in bits that hold nothing."""
    words: dict[int, tuple[str, list[str]]] = {}
    for label, note, bits in marks:
        for at, bit in (divmod(bit, PORT_BITS) for bit in bits):
            of, cells = words.setdefault(at, (note, [rest] * PORT_BITS))
            assert (of, cells[bit]) == (note, rest), "a word of two rows, or a bit of two elements"
            cells[bit] = label
    lines = [("bit", "", [str(bit) for bit in range(PORT_BITS)])]
    lines += [(f"{prefix} + {at}", note, cells) for at, (note, cells) in sorted(words.items())]
    return "\n".join(
        f"{name:<7}{' '.join(f'{cell:>2}' for cell in reversed(cells))}   {note}".rstrip()
        for name, note, cells in lines
    )


FIGURES = {
    "A": figure("A", operand_marks("a", "row {}, plane {}", M, PLANES_A), "."),
    "B": figure("B", operand_marks("b", "column {}", N, 1), "."),
    "thresholds": figure("T", threshold_marks(), "."),
    "bits": figure("R", result_marks(thresholds=True), "0"),
    "accumulators": figure("R", result_marks(thresholds=False), "0"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_lies_in_the_memory(name: str) -> None:
    assert f"```text\n{FIGURES[name]}\n```" in PAGE, f"the page needs\n{FIGURES[name]}"
