"""The wheel, installed into a fresh environment and run in an empty folder."""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]

# Environments, caches and former builds: a module deleted since would come back from build/.
LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")


def call(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder and return its output; show all of it if it fails."""
    ended = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the commands of a fresh environment with the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, folder / "source")
    call(*build, folder=folder)
    call(sys.executable, "-m", "venv", folder / "environment", folder=folder)
    commands = folder / "environment" / "bin"
    (wheel,) = folder.glob("*.whl")
    call(commands / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, folder=folder)
    return commands


def test_the_wheel_runs_the_network(environment: Path, tmp_path: Path) -> None:
    result = json.loads(call(environment / "xnorsim", "run", "mnist-tfc", "--json", "-", folder=tmp_path))
    assert result["workload"] == "mnist-tfc"
    assert result["cycles"] == sum(result["cycle_classes"].values()) > 0
    assert [(layer["k"], layer["n"]) for layer in result["layers"]] == [(784, 64), (64, 64), (64, 64), (64, 10)]
    assert not list(tmp_path.iterdir())


def test_the_wheel_lists_the_workloads(environment: Path, tmp_path: Path) -> None:
    assert "mnist-tfc" in call(environment / "xnorsim", "list", "workloads", folder=tmp_path)


def test_the_wheel_carries_the_rtl_and_its_bench(environment: Path, tmp_path: Path) -> None:
    code = "import rtl, xnorsim.cosimulation.jobs as j; print(len(rtl.source_files()), *j.BENCH_FOLDER.glob('*.sv'))"
    count, *benches = call(environment / "python", "-c", code, folder=tmp_path).split()
    assert int(count) > 0
    assert len(benches) == 1


def test_the_wheel_carries_the_page_of_a_sweep(environment: Path, tmp_path: Path) -> None:
    code = "import pathlib, xnorsim; print(*(pathlib.Path(xnorsim.__file__).parent / 'sweeps' / 'page').iterdir())"
    carried = {Path(path).name for path in call(environment / "python", "-c", code, folder=tmp_path).split()}
    assert carried == {path.name for path in (ROOT / "xnorsim" / "sweeps" / "page").iterdir()}


@pytest.mark.rtl
def test_the_wheel_co_simulates(environment: Path, tmp_path: Path) -> None:
    # The tools of this environment stand for those that the extra [rtl] would bring.
    site = call(environment / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=tmp_path)
    tools = Path(site.strip()) / "tools.pth"
    tools.write_text(f"{sysconfig.get_path('purelib')}\n")
    call(environment / "xnorsim", "rtl", "-o", "mine", "--accelerator", "xnor-8x8x64", folder=tmp_path)
    options = ("-p", "images=2", "--accelerator", "xnor-8x8x64", "--max-cycles", "500", "--json", "-")
    result = json.loads(call(environment / "xnorsim", "cosim", "mnist-tfc", *options, folder=tmp_path))
    tools.unlink()
    assert result["passed"]
    assert [layer["status"] for layer in result["layers"]] == ["equal"] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
