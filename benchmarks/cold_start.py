"""P6: what a cold start imports, with bytecode as the layer ships it, beside how it is mostly done.

Each function is imported by a fresh Python that has nothing but the function's folder and a copy of
the layer, as Lambda has. The peer finds no bytecode there, and imports all of the layer's modules,
which is the same for every function. CPU is compared: on the clock it takes as long where nobody
else is at work.
"""

import compileall
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from py_compile import PycInvalidationMode

from packaging.requirements import Requirement

from benchmarks.shared.comparison import Row, asked, closed, interleaved, series_table, timed
from tests.stack import HTTP, ROOT, functions

SAMPLER, EAGERLY = "sample_latency", "everything, eagerly"
API_S, SAMPLER_S = 0.4, 0.45
EAGER = """
import importlib, pkgutil, mirroring
for one in pkgutil.walk_packages(mirroring.__path__, "mirroring."):
    importlib.import_module(one.name)
"""
IMPORT = """
import sys; sys.path[:0] = {path!r}; sys.dont_write_bytecode = True
{first}import app
assert callable(app.handler)
"""
ENVIRONMENT = {"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_SERVICE_NAME": "lockstep"}
WHY = "boto3, pydantic and Powertools are most of it, and both sides import them."


def main() -> None:
    """Import each function, and everything, in turn."""
    _, runs = asked(__doc__)
    names = sorted(functions().values())
    with tempfile.TemporaryDirectory() as folder:
        shipped, plain = Path(folder, "shipped"), Path(folder, "plain")
        copied(shipped)
        shutil.copytree(shipped, plain)
        compiled = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(shipped, quiet=2, invalidation_mode=compiled)
        works = {name: partial(timed, partial(imported, name, shipped)) for name in names}
        works[EAGERLY] = partial(timed, partial(imported, SAMPLER, plain, EAGER))
        series = interleaved(runs, works)
    series_table(series)
    took = {name: one.cpu_s for name, one in series.items()}
    slowest = max(took[name] for name in HTTP)
    closed(
        [
            *(Row(f"P6-{it}", "≥ 2 × less CPU", took[EAGERLY] / took[it], 2, WHY) for it in names),
            Row("P6-api-goal", "the slowest of the API ≤ 400 ms", API_S / slowest, 1, WHY),
            Row("P6-sampler-goal", "the sampler ≤ 450 ms", SAMPLER_S / took[SAMPLER], 1, WHY),
        ]
    )


def copied(layer: Path) -> None:
    """The layer: our package, and what it needs as it is installed here, without bytecode."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "layers/mirroring/mirroring", layer / "mirroring", ignore=ignored)
    tops = packages_distributions().items()
    for name in set(needed("mirroring")) - {"mirroring"}:
        one = distribution(name)
        for top in [top for top, of in tops if one.metadata["Name"] in of]:
            path = Path(str(one.locate_file(top)))
            if path.is_dir():
                shutil.copytree(path, layer / top, ignore=ignored, dirs_exist_ok=True)
            for file in path.parent.glob(f"{top}.*"):
                if file.is_file():
                    shutil.copy(file, layer)


def needed(name: str, extra: str = "") -> Iterator[str]:
    """A distribution and everything that it needs at run time."""
    yield name
    for line in distribution(name).requires or ():
        one = Requirement(line)
        if one.marker is None or one.marker.evaluate({"extra": extra}):
            yield from needed(one.name, next(iter(one.extras), ""))


def imported(function: str, layer: Path, first: str = "") -> None:
    """Import a function in a fresh process that has nothing else."""
    path = [str(ROOT / "functions" / function), str(layer)]
    code = IMPORT.format(path=path, first=first)
    subprocess.run(  # our own interpreter
        [sys.executable, "-I", "-S", "-c", code], check=True, env=ENVIRONMENT
    )


if __name__ == "__main__":
    main()
