"""``sweep``: a whole sweep, from its file to its rows."""

import multiprocessing
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workloads.atomic import write_whole
from workloads.errors import InputError, problem
from workloads.model_file import reason
from xnorsim.errors import demand
from xnorsim.sweeps import manifest as manifests
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.listener import Listener
from xnorsim.sweeps.manifest import Manifest
from xnorsim.sweeps.spec import Sampler, Spec
from xnorsim.sweeps.sweep_file import parse_sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd

    from xnorsim.sweeps.directory import SweepDirectory


def sweep(
    spec: str | Path | Mapping[str, Any],
    *,
    directory: str | Path | None = None,
    resume: bool = False,
    scheduler: str | None = None,
    processes: int | None = None,
) -> "pd.DataFrame":
    """Evaluate every point of a sweep file, or of the same data as a dict, and return its rows.

    Without a directory nothing is kept. ``scheduler`` is the address of a Dask scheduler, or ``local``.

    Errors: InputError if the sweep is wrong, SweepError if it ends before its end or the engine differs.
    """
    parsed = read_sweep(Path(spec)) if isinstance(spec, str | Path) else parse_sweep(spec, Path.cwd())
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "sweep" if directory is None else Path(directory)
        done = run_sweep(parsed, folder, resume=resume, scheduler=scheduler, processes=processes)
        frame: pd.DataFrame = done.table().to_pandas()
        return frame


def run_sweep(
    spec: Spec, folder: Path, *, resume: bool = False, scheduler: str | None = None, processes: int | None = None,
    listener: Listener | None = None,
) -> "SweepDirectory":  # fmt: skip
    """Evaluate the points of a sweep that its directory does not have, and return the directory.

    Errors: as of ``sweep``, and PackageMissingError.
    """
    _check(spec, scheduler, processes)
    from xnorsim.sweeps.worker import Evaluation

    listener = listener or Listener()
    inputs = Inputs.of(spec)
    manifest = Manifest.of(spec, inputs)
    evaluation = Evaluation.of(manifest.hash, spec, inputs)
    evaluation.check_prices()
    directory = _directory(folder, manifest, resume=resume)
    there = _sound(directory, listener)
    missing = manifest.parts - len(there)
    if missing:
        from xnorsim.sweeps.executors import cores, workers
        from xnorsim.sweeps.runner import Runner

        # An optimizer's points come one batch after the other.
        most = 1 if spec.strategy.sampler.learns else missing
        with workers(evaluation, scheduler, min(processes or cores(), most)) as found:
            listener.started(manifest.rows, manifest.rows_in(there))
            Runner(directory, found, listener).run(there)
    if spec.verify:
        from xnorsim.sweeps.verify import verify

        verify(directory, inputs, listener)
    return directory


def _check(spec: Spec, scheduler: str | None, processes: int | None) -> None:
    """See that there can be workers: of what number, with what installed, and not started by one of them."""
    if processes is not None and processes < 1:
        raise InputError(problem("processes", "must be >= 1", processes))
    if scheduler == "":
        raise InputError("--scheduler must be an address, or local")
    sampler = spec.strategy.sampler
    demand("sweep", "pyarrow", *(["optuna"] if sampler.learns else []), *(["scipy"] if sampler is Sampler.QMC else []))
    if scheduler is not None:
        demand("sweep", "distributed")
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InputError("a sweep starts processes, which import this script: call it under if __name__ == '__main__'")


def _directory(folder: Path, manifest: Manifest, *, resume: bool) -> "SweepDirectory":
    """Return the directory of a sweep, made where there is none.

    Errors: InputError if it is another sweep's, or anything else, or there already and not to be resumed.
    """
    from xnorsim.sweeps.directory import SweepDirectory

    if _parts_in(folder):
        if not resume:
            raise InputError(f"{folder}: has a sweep already: go on with it by --resume, or name another directory")
        directory = SweepDirectory.open(folder)
        differ = " and ".join(manifest.differences(directory.manifest))
        if differ:
            raise InputError(f"{folder}: has another sweep: {differ} are not the same: name another directory")
    else:
        directory = SweepDirectory(folder, manifest)
        _make(directory)
    return directory


def _parts_in(folder: Path) -> bool:
    """Tell whether a directory has a part.

    Errors: InputError if it cannot be looked into.
    """
    try:
        return any(folder.glob("parts/*.parquet"))
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {reason(error)}") from error


def _make(directory: "SweepDirectory") -> None:
    """Make a directory with a manifest and no parts; one that has no parts yet is nobody's loss."""
    folder = directory.path
    try:
        # Beside a manifest there may be what was made of the rows, such as a page.
        known = (folder / manifests.NAME).is_file()
        if folder.exists() and not known and not all(_is_ours(path) for path in folder.iterdir()):
            raise InputError(f"{folder}: is there already, and no directory of a sweep: name another one")
        directory.parts_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {reason(error)}") from error
    write_whole(folder / manifests.NAME, directory.manifest.text())


def _is_ours(path: Path) -> bool:
    """Tell what a sweep without parts consists of."""
    return path.name in ("parts", manifests.NAME) or _is_aside(path)


def _is_aside(path: Path) -> bool:
    """Tell a file that was being written when its writer was killed."""
    return path.name.startswith((".part-", f".{manifests.NAME}."))


def _sound(directory: "SweepDirectory", listener: Listener) -> set[int]:
    """Return the parts that are as they were written.

    Errors: InputError if a part is another sweep's.
    """
    from xnorsim.sweeps.parts import DamagedPartError

    for path in directory.parts_folder.iterdir():
        if _is_aside(path):
            with suppress(OSError):
                path.unlink()
    sound = set()
    for part in directory.there():
        try:
            directory.part(part)
        except DamagedPartError as error:
            listener.noticed(f"{error}; it is evaluated again")
        else:
            sound.add(part)
    return sound
