"""The cycle classes of jobs without a stall pattern, for many design points at once."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simulator.accelerator import Accelerator
from simulator.closed_form.block import Block
from simulator.closed_form.cuts import Cuts
from simulator.closed_form.geometry import Geometry, chunk_words, k_words, power_of_two_log, tile_period, tiles
from simulator.closed_form.points import Integers, Points
from simulator.closed_form.rows import Kind
from simulator.closed_form.sheet import Sheet
from simulator.closed_form.stepwise import stepwise_classes
from simulator.cycles import CycleClasses
from simulator.job import Job
from workloads.errors import InputError, problem

SLAB_BITS = 19
"""Points are sorted 2^19 at a time: a block wants many of one kind, and the sorting a few megabytes."""
BLOCK_POINTS = 8192
"""Points of a block: few enough for the processor's cache, enough to make numpy's calls cheap."""
LONG_ROW = 16
"""Tiles of a row from which on jumping costs less than taking one after the other."""
LONGEST = float(1 << 56)
"""Cycles up to which int64 holds every sum."""


def closed_form(points: Points) -> Integers:
    """Return the cycles of each point by class.

    Shapes: [points, 5]: issue, schedule, load_stall, store_stall, flush; their sum is the job's cycles.
    Errors: InputError if a scratchpad is too small for a point, or a job may take 2^56 cycles.
    """
    classes = np.empty((len(points), 5), dtype=np.int64)
    stationary = points.weight_stationary == 1
    plain = ~stationary & (points.taps == 1)
    for kind, chosen in ((_plain, plain), (_direct, ~stationary & ~plain), (_stationary, stationary)):
        index = np.flatnonzero(chosen)
        if len(index) == len(points):
            return kind(points)
        if len(index):
            classes[index] = kind(points.take(index))
    return classes


def _plain(points: Points) -> Integers:
    """Return the classes of output-stationary jobs without taps."""
    classes = np.empty((len(points), 5), dtype=np.int64)
    for first in range(0, len(points), 1 << SLAB_BITS):
        part = slice(first, first + (1 << SLAB_BITS))
        slab, result = points.take(part), classes[part]
        for kinds, order in _sheets(slab):
            result[order] = _classes(kinds, Geometry.of(slab.take(order)))
    return classes


def _direct(points: Points) -> Integers:
    return _stepwise(points, weight_stationary=False)


def _stationary(points: Points) -> Integers:
    return _stepwise(points, weight_stationary=True)


def _stepwise(points: Points, *, weight_stationary: bool) -> Integers:
    """Take points together that have about as many tiles and chunks: all take as many steps as the most."""
    classes = np.empty((len(points), 5), dtype=np.int64)
    cuts = Cuts(points, weight_stationary=weight_stationary)
    sizes = [power_of_two_log(count) for count in (cuts.outer_tiles, cuts.inner_tiles, cuts.chunks)]
    order = np.lexsort(sizes)
    changed = np.any([size[order][1:] != size[order][:-1] for size in sizes], axis=0)
    for part in np.split(order, np.flatnonzero(changed) + 1):
        for first in range(0, len(part), BLOCK_POINTS):
            block = part[first : first + BLOCK_POINTS]
            classes[block] = stepwise_classes(Cuts(points.take(block), weight_stationary=weight_stationary))
    return classes


def job_classes(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one job by class.

    Errors: InputError as closed_form.
    """
    return CycleClasses(*(int(cycles) for cycles in closed_form(Points.of([(job, accelerator)]))[0]))


def _sheets(points: Points) -> Iterator[tuple[list[tuple[Kind, slice]], npt.NDArray[np.intp]]]:
    """Yield points by index, sorted by kind, with the kinds; those of a sheet need the same coefficients."""
    keys = _keys(points)
    order = _sorted(keys)
    sheet: list[tuple[Kind, slice]] = []
    first = 0
    for kind, part in _runs(keys, order):
        if sheet and (part.stop - first > BLOCK_POINTS or not kind.shares(sheet[-1][0])):
            yield sheet, order[first : part.start]
            sheet, first = [], part.start
        sheet.append((kind, slice(part.start - first, part.stop - first)))
    if sheet:
        yield sheet, order[first:]


def _runs(keys: list[Integers], order: npt.NDArray[np.intp]) -> Iterator[tuple[Kind, slice]]:
    """Yield the kinds in order, cut into blocks."""
    changed = np.zeros(len(order), dtype=bool)
    for key in keys[:-1]:
        ordered = key[order]
        changed[1:] |= ordered[1:] != ordered[:-1]
    bounds = [0, *np.flatnonzero(changed).tolist(), len(order)]
    for start, stop in pairwise(bounds):
        for part in range(start, stop, BLOCK_POINTS):
            many, single_row, thresholds, alike, places, n_tiles, loop = (int(key[order[part]]) for key in keys[:-1])
            kind = Kind(places, bool(many), bool(thresholds), bool(single_row), bool(alike), n_tiles, loop)
            yield kind, slice(part, min(part + BLOCK_POINTS, stop))


def _keys(points: Points) -> list[Integers]:
    """Return what tells the kinds apart, and the tile rows, which only order the points of a kind."""
    m_tiles, n_tiles = tiles(points)
    period = tile_period(points)
    ahead = np.maximum(points.result_tiles - 1, 1)
    long = n_tiles >= np.maximum(LONG_ROW, ahead + 1 + 6 * period)
    return [
        (k_words(points) > chunk_words(points)).astype(np.int64),
        (m_tiles == 1).astype(np.int64),
        ((points.thresholds == 1) & (n_tiles > 1)).astype(np.int64),
        (period == 1).astype(np.int64),
        points.result_tiles,
        np.where(long, ahead + period + (n_tiles - 1 - ahead) % period + 1, n_tiles),
        np.where(long, period, 0),
        np.minimum(m_tiles, 31),
    ]


def _sorted(keys: list[Integers]) -> npt.NDArray[np.intp]:
    """Return the order of the keys, the first one foremost."""
    packed = np.arange(len(keys[0]))
    shift = SLAB_BITS
    for key in reversed(keys):
        packed |= key << shift
        shift += int(key.max(initial=0)).bit_length()
    if shift > 62:
        return np.lexsort(keys[::-1])
    packed.sort()
    return packed & ((1 << SLAB_BITS) - 1)


def _classes(kinds: list[tuple[Kind, slice]], geometry: Geometry) -> Integers:
    """Return the classes of a sheet's points."""
    longest = float(geometry.longest().max())
    if longest > LONGEST:
        raise InputError(problem("jobs", f"must take fewer than {LONGEST:.0e} cycles", longest))
    sheet = Sheet(geometry, many=kinds[0][0].many, alike=kinds[0][0].alike)
    last_issue, end = np.empty_like(geometry.rows), np.empty_like(geometry.rows)
    for kind, part in kinds:
        last_issue[part], end[part] = Block(kind, sheet, part).run()
    classes = np.zeros((len(end), 5), dtype=np.int64)
    classes[:, 0] = geometry.issue()
    classes[:, 1] = (geometry.m_tiles * geometry.n_tiles - 1) * geometry.gap
    classes[:, 2] = last_issue + 1 - classes[:, 0] - classes[:, 1]
    classes[:, 4] = end - last_issue
    return classes
