"""Residency: what stays in the global buffer, and what moves to and from DRAM."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Dram
from simulator.program import Buffer, Origin, Program
from simulator.residency import NO_TRAFFIC, Access, Accesses, DramTraffic, dram_traffic, footprint_bits
from simulator.run import Run, simulate
from tests.simulator.networks import CASES, NETWORKS, small, small_run
from tests.strategies import hardware
from tests.traces import two_layers
from workloads.errors import InputError

WORD_BITS = 64


def behind(words: int, *, dram: bool = True) -> Accelerator:
    """Return an accelerator whose global buffer has that many port words."""
    around = hardware(2, 2, 8, kc=16, port_bits=WORD_BITS)
    return replace(around, global_buffer_bits=WORD_BITS * words, dram=Dram(8) if dram else None)


def lives(steps: Sequence[Accesses]) -> dict[str, range]:
    """Return from which step on and up to which each buffer is used."""
    used: defaultdict[str, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        for access in (*step.reads, *step.writes):
            used[access.buffer].append(number)
    return {name: range(numbers[0], numbers[-1] + 1) for name, numbers in used.items()}


def peak(program: Program, steps: Sequence[Accesses]) -> int:
    """Count what is behind the port step by step: constants always, inputs from the start, all else while in use."""
    found = lives(steps)

    def there(name: str, number: int) -> bool:
        origin = program.buffers[name].origin
        return origin is Origin.CONSTANT or number in (
            found[name] if origin is Origin.STEP else range(found[name].stop)
        )

    return max(
        sum(program.buffers[name].words for name in found if there(name, number)) for number in range(len(steps))
    )


def kept(program: Program, steps: Sequence[Accesses], capacity: int) -> set[str]:
    """Place buffers by the rule of the page, those most asked for, for their size, first."""
    found = lives(steps)
    moved = {
        name: sum(a.words for step in steps for a in (*step.reads, *step.writes) if a.buffer == name) for name in found
    }
    order = sorted(found, key=lambda name: moved[name] / program.buffers[name].words, reverse=True)
    staying: set[str] = set()
    for name in order:
        held = [sum(program.buffers[o].words for o in staying if number in found[o]) for number in found[name]]
        if max(held) + program.buffers[name].words <= capacity:
            staying.add(name)
    return staying


def expected_traffic(program: Program, steps: Sequence[Accesses], capacity: int) -> list[DramTraffic]:
    """Count the words to and from DRAM buffer by buffer."""
    if peak(program, steps) <= capacity:
        return [NO_TRAFFIC] * len(steps)
    staying, arrived, traffic = kept(program, steps, capacity), set(), []
    for step in steps:
        reads = 0
        for access in step.reads:
            buffer = program.buffers[access.buffer]
            if access.buffer not in staying:
                reads += access.words
            elif buffer.origin is not Origin.STEP and access.buffer not in arrived:
                reads += buffer.words
            arrived.add(access.buffer)
        writes = sum(access.words for access in step.writes if access.buffer not in staying)
        traffic.append(DramTraffic(reads, writes))
    return traffic


@st.composite
def programs(draw: st.DrawFn) -> tuple[Program, list[Accesses]]:
    """Draw steps that read constants, inputs and what earlier steps made, and each make one buffer."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 4)))] + ["i0", "i1"]
    sizes = st.integers(1, 20)
    origins = {"c": Origin.CONSTANT, "i": Origin.INPUT, "s": Origin.STEP}
    buffers = {name: Buffer(name, draw(sizes), origins[name[0]], 1) for name in names}
    steps = []
    for number in range(draw(st.integers(1, 7))):
        made = Buffer(f"s{number}", draw(sizes), Origin.STEP, 1)
        read = draw(st.lists(st.sampled_from(list(buffers)), min_size=1, max_size=3, unique=True))
        # Reads and writes are whole, and some repeat.
        reads = tuple(Access(name, buffers[name].words * draw(st.integers(1, 4))) for name in read)
        steps.append(Accesses(reads, (Access(made.name, made.words * draw(st.integers(1, 3))),)))
        buffers[made.name] = made
    return Program((), buffers), steps


@given(programs(), st.integers(1, 120))
def test_traffic_is_that_of_the_rule(case: tuple[Program, list[Accesses]], capacity: int) -> None:
    program, steps = case
    found = dram_traffic(program, steps, behind(capacity), "test")
    assert list(found) == expected_traffic(program, steps, capacity)
    assert footprint_bits(program, steps, behind(capacity)) == WORD_BITS * peak(program, steps)


@given(programs(), st.integers(1, 120))
def test_what_stays_never_overflows_and_no_step_moves_more_than_it_asks_for(
    case: tuple[Program, list[Accesses]], capacity: int
) -> None:
    program, steps = case
    staying, found = kept(program, steps, capacity), lives(steps)
    for number in range(len(steps)):
        assert sum(program.buffers[name].words for name in staying if number in found[name]) <= capacity
    for step, moved in zip(steps, dram_traffic(program, steps, behind(capacity), "test"), strict=True):
        assert moved.writes <= sum(access.words for access in step.writes)
        assert moved.reads <= sum(access.words for access in step.reads)


@given(programs(), st.integers(1, 120))
def test_what_a_step_makes_moves_in_and_out_or_not_at_all(case: tuple[Program, list[Accesses]], capacity: int) -> None:
    program, steps = case
    made = [name for name, buffer in program.buffers.items() if buffer.origin is Origin.STEP]
    traffic = dram_traffic(program, steps, behind(capacity), "test")
    for number, name in enumerate(made):
        (write,) = steps[number].writes
        assert write.buffer == name
        passes = traffic[number].writes > 0
        assert traffic[number].writes == (write.words if passes else 0)
        # A later step reads it from DRAM if it passed there, and never if it stayed.
        for step, moved in zip(steps[number + 1 :], traffic[number + 1 :], strict=True):
            asked = sum(access.words for access in step.reads if access.buffer == name)
            others = sum(access.words for access in step.reads if access.buffer != name)
            assert moved.reads >= asked if passes else moved.reads <= others


@given(programs())
def test_a_workload_that_fits_moves_nothing_and_one_word_less_moves_every_constant_and_input(
    case: tuple[Program, list[Accesses]],
) -> None:
    program, steps = case
    needed = peak(program, steps)
    assert set(dram_traffic(program, steps, behind(needed, dram=False), "test")) == {NO_TRAFFIC}
    short = behind(needed - 1)
    used = lives(steps)
    arriving = sum(program.buffers[name].words for name in used if program.buffers[name].origin is not Origin.STEP)
    assert sum(moved.reads for moved in dram_traffic(program, steps, short, "test")) >= arriving
    message = f"^test: global_buffer must be >= {WORD_BITS * needed} for work, as there is no DRAM behind it, not "
    with pytest.raises(InputError, match=message):
        dram_traffic(program, steps, replace(short, dram=None), "work")


def test_a_larger_global_buffer_may_move_more_by_hand() -> None:
    # d is asked for most and stays. With nine words beside it the small constants fit one after the other, and a, made
    # by the first step and read by the last, passes; with ten words a fits in their place, and they all pass.
    sizes = {"d": 5, "a": 5, "c0": 4, "c1": 4, "c2": 4, "c3": 4}
    origins = {"a": Origin.STEP}
    buffers = {name: Buffer(name, size, origins.get(name, Origin.CONSTANT), 1) for name, size in sizes.items()}
    constants = [(Access("d", 15), Access(f"c{number}", 7)) for number in range(4)]
    steps = [Accesses(reads, ()) for reads in constants]
    steps[0] = Accesses(constants[0], (Access("a", 5),))
    steps[3] = Accesses((*constants[3], Access("a", 5)), ())
    moved = {}
    for capacity in (9, 10):
        traffic = dram_traffic(Program((), buffers), steps, behind(capacity), "test")
        moved[capacity] = sum(step.reads + step.writes for step in traffic)
    # d arrives; then the four constants arrive and a goes out and comes in, or the constants pass as they are read.
    assert moved == {9: 5 + 4 * 4 + 5 + 5, 10: 5 + 4 * 7}


def run_two_layers(words: int) -> Run:
    """Run two layers of bits on a 2 x 2 array in front of a global buffer of so many port words."""
    return simulate(two_layers(m=4, k=64, hidden=8, n=16), behind(words))


def moved_words(run: Run) -> list[tuple[int, int]]:
    """Return the words from and to DRAM of each step."""
    return [(layer.dram.reads, layer.dram.writes) for layer in run.layer_runs]


def test_two_layers_by_hand() -> None:
    # Words of 64 bits: x 4, w1 8, t1 8 (a threshold each), h 4, w2 16, y 4 rows of 8.
    fits = run_two_layers(1000)
    assert {name: buffer.words for name, buffer in fits.program.buffers.items()} == (
        {"x": 4, "w1": 8, "t1": 8, "h": 4, "w2": 16, "y": 32}
    )
    # fc1 has two m tiles of four n tiles each: x is loaded once, weights and thresholds twice, and each of the four
    # words of h is written by four tiles. fc2 has eight n tiles.
    accesses = [layer.accesses for layer in fits.layer_runs]
    assert accesses == [
        Accesses((Access("w1", 16), Access("x", 4), Access("t1", 16)), (Access("h", 16),)),
        Accesses((Access("w2", 32), Access("h", 4)), (Access("y", 32),)),
    ]
    # Constants are 32 words; fc1 has x and h beside them, fc2 h and y.
    assert footprint_bits(fits.program, accesses, fits.accelerator) == WORD_BITS * (32 + 4 + 32)
    assert moved_words(run_two_layers(68)) == [(0, 0), (0, 0)]
    # Asked for, for their size: h 20 / 4; w1, t1 and w2 twice; x and y once.
    # Thirty words: h, w1, t1 and x stay during fc1, h and w2 during fc2, and y passes.
    assert moved_words(run_two_layers(30)) == [(8 + 8 + 4, 0), (16, 32)]
    # Twelve: h and w1 stay; t1, x and w2 pass, t1 and w2 as often as they are loaded.
    assert moved_words(run_two_layers(12)) == [(8 + 16 + 4, 0), (32, 32)]
    # Three: everything passes, h in and out.
    assert moved_words(run_two_layers(3)) == [(16 + 4 + 16, 16), (32 + 4, 32)]


def test_the_wait_for_dram_is_what_it_takes_beyond_the_step_by_hand() -> None:
    fits, short = run_two_layers(1000), run_two_layers(12)
    for whole, passing, words in zip(fits.layer_runs, short.layer_runs, (28, 64), strict=True):
        # Eight cycles for a word of 64 bits.
        waited = max(0, 8 * words - whole.total_classes.cycles)
        assert waited > 0
        assert passing.total_classes == replace(whole.total_classes, dram=waited)
        assert passing.bound_by == "dram"
    quick = replace(short.accelerator, dram=Dram(1 << 20))
    assert simulate(short.trace, quick).classes == fits.classes
    counts = short.counts
    assert (counts["dram", "read_bit"], counts["dram", "write_bit"]) == (64 * (28 + 32), 64 * 32)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("global_buffer_kib", [1, 256, 2048, 1 << 20])
def test_networks_move_what_the_rule_says(case: tuple[str, str], global_buffer_kib: int) -> None:
    run = small_run(*case, global_buffer_kib)
    capacity = global_buffer_kib * 8192 // run.accelerator.port.width_bits
    steps = [layer.accesses for layer in run.layer_runs]
    assert [layer.dram for layer in run.layer_runs] == expected_traffic(run.program, steps, capacity)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("global_buffer_kib", [1, 2048])
def test_every_word_through_the_port_and_from_dram_is_an_event_of_the_global_buffer(
    case: tuple[str, str], global_buffer_kib: int
) -> None:
    run = small_run(*case, global_buffer_kib)
    bits = run.accelerator.port.width_bits
    for layer in run.layer_runs:
        loads, stores = (sum(a.words for a in side) for side in (layer.accesses.reads, layer.accesses.writes))
        counts, moved = layer.total_counts, layer.dram
        assert counts["global_buffer", "read"] == loads + moved.writes
        assert counts["global_buffer", "write"] == stores + moved.reads
        assert counts["dram", "read_bit"] == bits * moved.reads
        assert counts["dram", "write_bit"] == bits * moved.writes
        assert moved.reads <= loads
        assert moved.writes <= stores
        if layer.one is not None:
            assert loads == layer.count * layer.one.traffic.loads
            assert stores == layer.count * layer.one.traffic.results


@pytest.mark.parametrize("case", CASES, ids=str)
def test_dram_costs_words_and_waits_and_changes_nothing_else(case: tuple[str, str]) -> None:
    fits, short = small_run(*case, 1 << 20), small_run(*case, 1)
    assert {layer.dram for layer in fits.layer_runs} == {NO_TRAFFIC}
    assert fits.classes.dram == 0
    for whole, passing in zip(fits.layer_runs, short.layer_runs, strict=True):
        assert replace(passing.total_classes, dram=0) == whole.total_classes
        assert passing.accesses == whole.accesses
    every_word = sum(a.words for layer in short.layer_runs for a in (*layer.accesses.reads, *layer.accesses.writes))
    assert sum(layer.dram.reads + layer.dram.writes for layer in short.layer_runs) <= every_word


@pytest.mark.parametrize("network", NETWORKS)
def test_faster_dram_is_never_waited_for_longer(network: str) -> None:
    run = small_run(network, "floats", 256)
    waits = []
    for bits_per_cycle in (8, 64, 256, 1 << 20):
        accelerator = replace(run.accelerator, dram=Dram(bits_per_cycle))
        waits.append(simulate(small(network, "floats"), accelerator).classes.dram)
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == 0
