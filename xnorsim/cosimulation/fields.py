"""The fields of a job as the RTL takes them."""

from dataclasses import dataclass

from workloads.operations import Window

DIM_BITS, WINDOW_BITS = 20, 8
"""The bits of a job's sizes, and of a window's kernel, stride, padding and dilation."""


@dataclass(frozen=True)
class RtlOperand:
    """Where an operand lies, and the planes of a row of it.

    ``unipolar`` digits are 0 and 1, others -1 and +1. The weight of a plane is twice that of the plane before if
    ``weighted``, else the same; that of the last plane counts ``negative``.
    Units: ``addr`` in port words.
    """

    addr: int
    planes: int = 1
    unipolar: bool = False
    weighted: bool = False
    negative: bool = False

    def ports(self, name: str) -> dict[str, int]:
        """Return the value of each input of the bench top that is about the operand."""
        return {
            f"job_{name}_addr_i": self.addr,
            f"job_{name}_planes_i": self.planes,
            f"job_{name}_unipolar_i": int(self.unipolar),
            f"job_{name}_weighted_i": int(self.weighted),
            f"job_{name}_negative_i": int(self.negative),
        }


@dataclass(frozen=True)
class RtlJob:
    """The fields of a job as the RTL takes them, its stall pattern, and the cycles after which it counts as stuck.

    A row of A is a place of the ``window``, with ``tap_words`` k words under each tap. ``shift`` is the weight of the
    first pair of planes, as a logarithm. Bit c of ``stalls`` keeps the port from accepting a request at edge c of the
    job; past the end of the pattern the port is ready.
    Units: addresses in port words; ``cycle_limit`` counts from the end of the job before.
    """

    m: int
    n: int
    k_words: int
    tap_words: int
    window: Window
    chunk_words: int
    tail_lanes: int
    tile_rows: int
    n_words: int
    thresholds: bool
    a: RtlOperand
    b: RtlOperand
    t_addr: int
    r_addr: int
    cycle_limit: int
    shift: int = 0
    stalls: tuple[bool, ...] = ()

    def ports(self) -> dict[str, int]:
        """Return the value of each input of the bench top."""
        return {
            "job_m_i": self.m,
            "job_n_i": self.n,
            "job_k_words_i": self.k_words,
            "job_tap_words_i": self.tap_words,
            **window_ports(self.window),
            "job_chunk_words_i": self.chunk_words,
            "job_tile_rows_i": self.tile_rows,
            "job_tail_lanes_i": self.tail_lanes,
            "job_n_words_i": self.n_words,
            "job_thresholds_i": int(self.thresholds),
            "job_shift_i": self.shift,
            **self.a.ports("a"),
            **self.b.ports("b"),
            "job_t_addr_i": self.t_addr,
            "job_r_addr_i": self.r_addr,
            "job_pool_i": 0,
        }


@dataclass(frozen=True)
class RtlPool:
    """The fields of a pooling job as the RTL takes them, with stall pattern and cycle limit as an ``RtlJob`` has them.

    The OR-pool reads ``tap_words`` k words of a pixel under each tap, at each of ``m`` places of the ``window``.
    Units: addresses in port words.
    """

    m: int
    tap_words: int
    window: Window
    a_addr: int
    r_addr: int
    cycle_limit: int
    stalls: tuple[bool, ...] = ()

    def ports(self) -> dict[str, int]:
        """Return the value of each input of the bench top that is about the job; the others count for nothing."""
        return {
            "job_m_i": self.m,
            "job_tap_words_i": self.tap_words,
            **window_ports(self.window),
            "job_a_addr_i": self.a_addr,
            "job_r_addr_i": self.r_addr,
            "job_pool_i": 1,
        }


def window_ports(window: Window) -> dict[str, int]:
    """Return the value of each input of the bench top that is about a window and its map."""
    pairs = {
        "map": window.size,
        "kernel": window.kernel,
        "stride": window.stride,
        "padding": window.padding,
        "dilation": window.dilation,
    }
    sides = {f"job_{name}_{side}_i": pair["hw".index(side)] for name, pair in pairs.items() for side in "hw"}
    return {**sides, "job_result_w_i": window.result[1]}
