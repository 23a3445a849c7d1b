"""Where the points of a sweep come from: the grid, or one of Optuna's samplers."""

import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xnorsim.sweeps.space import Codes, Space
from xnorsim.sweeps.spec import Sampler, Spec, Strategy

if TYPE_CHECKING:
    import pyarrow as pa

Draw = Callable[[int], NDArray[np.float64]]
"""Return the next points of a unit cube. Shapes: [points, axes]."""


def points_of(spec: Spec, space: Space) -> Callable[[int, int], Codes]:
    """Return a function from a first and an end row to the codes of these rows; it is for samplers that do not learn.

    Rows are quickest to find in ascending order.
    """
    grid = spec.strategy.sampler is Sampler.GRID
    of_points = space.grid if grid else Drawn(space.shape, spec.strategy)

    def codes(first: int, end: int) -> Codes:
        # Every workload has the same points on every technology.
        bounds = [first, *range((first // spec.points + 1) * spec.points, end, spec.points), end]
        parts = [of_points(start % spec.points, start % spec.points + stop - start) for start, stop in pairwise(bounds)]
        return np.concatenate(parts, axis=1)

    return codes


class Drawn:
    """The points of Optuna's RandomSampler or QMCSampler (Sobol, scrambled), drawn many at a time.

    Optuna itself takes a millisecond a point and remembers each: a test says that these are its own.
    """

    def __init__(self, shape: tuple[int, ...], strategy: Strategy) -> None:
        self._sizes = np.array(shape)
        self._strategy = strategy
        self._next = 0
        self._draw = self._start()

    def __call__(self, first: int, end: int) -> Codes:
        """Return the codes of points."""
        if first < self._next:
            self._next, self._draw = 0, self._start()
        while self._next < first:
            self._take(min(first - self._next, 65_536))
        return self._take(end - first)

    def _take(self, count: int) -> Codes:
        self._next += count
        drawn = self._draw(count)
        # As Optuna rounds: to the nearest of integers, each in the middle of its share.
        codes = np.clip(np.round(drawn * self._sizes - 0.5), 0, self._sizes - 1)
        return np.ascontiguousarray(codes.T.astype(np.uint16))

    def _start(self) -> Draw:
        axes = len(self._sizes)
        if self._strategy.sampler is Sampler.RANDOM:
            random = np.random.RandomState(self._strategy.seed)
            return lambda count: random.random_sample((count, axes))
        from scipy.stats import qmc

        sobol = qmc.Sobol(axes, scramble=True, seed=self._strategy.seed)

        def draw(count: int) -> NDArray[np.float64]:
            with warnings.catch_warnings():
                # It would rather be asked for a power of two.
                warnings.simplefilter("ignore", UserWarning)
                return np.asarray(sobol.random(count))

        return draw


class Optimizer:
    """TPE or NSGA-II, which learn from the rows they are told, in order."""

    def __init__(self, spec: Spec) -> None:
        import optuna

        self._spec = spec
        self._fields = [axis.field for axis in spec.own_axes]
        self._space = {axis.field: _distribution(axis.values) for axis in spec.own_axes}
        directions = optuna.study.StudyDirection
        ways = [directions.MAXIMIZE if o.maximize else directions.MINIMIZE for o in spec.objectives]
        said = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(directions=ways, sampler=_sampler(spec.strategy))
        optuna.logging.set_verbosity(said)
        self._trials: list[Any] = []

    def ask(self, count: int) -> Codes:
        """Return the codes of the next points, which must be told before more are asked for."""
        self._trials = [self._study.ask(self._space) for _ in range(count)]
        return np.array([[trial.params[field] for trial in self._trials] for field in self._fields], dtype=np.uint16)

    def tell(self, rows: "pa.Table") -> None:
        """Tell what was found at the points that were asked for."""
        names = {"status", *(o.name for o in self._spec.objectives), *(c.name for c in self._spec.constraints)}
        for trial, row in zip(self._trials, rows.select(sorted(names)).to_pylist(), strict=True):
            built = row["status"] == "ok"
            # What cannot be built is worse than all that can, whatever that breaks.
            trial.set_constraint("built", 0.0 if built else _NOT_BUILT)
            for constraint in self._spec.constraints:
                trial.set_constraint(constraint.name, _share(constraint, row) if built else 0.0)
            self._study.tell(trial, [_value(row[o.name], o.maximize, built) for o in self._spec.objectives])


_NOT_BUILT = 1e9
_WORST = 1e30


def _share(constraint: Any, row: dict[str, Any]) -> float:
    """Return by how much a row breaks a constraint, as a share of the bound: bounds have units of all sizes."""
    number = row[constraint.name]
    bound = max(abs(b) for b in (constraint.at_most, constraint.at_least) if b is not None)
    return float(constraint.violation(number)) / (bound or 1.0)


def _value(number: float, maximize: bool, built: bool) -> float:
    return float(number) if built else -_WORST if maximize else _WORST


def _distribution(values: tuple[Any, ...]) -> Any:
    """Return the distribution of an axis' codes: in order where the values are numbers."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    codes = range(len(values))
    return CategoricalDistribution(codes) if isinstance(values[0], bool | str) else IntDistribution(0, codes[-1])


def _sampler(strategy: Strategy) -> Any:
    from optuna.samplers import NSGAIISampler, TPESampler

    if strategy.sampler is Sampler.TPE:
        return TPESampler(seed=strategy.seed)
    return NSGAIISampler(seed=strategy.seed, population_size=max(strategy.batch, 2))
