"""What is installed is what is in the tree: no page, preset or migration is left out of the wheel."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from tests.architecture.source import PACKAGES, ROOT


def test_the_wheel_holds_every_file_of_the_program(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "setup.py"):
        shutil.copy(ROOT / file, tree)
    build = "import setuptools.build_meta as b; b.build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, capture_output=True)
    (wheel,) = tree.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_each_module_that_is_to_be_compiled_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["tool"]["pocketdesk"]["compiled"]
    assert wanted
    assert [pattern for pattern in wanted if not any(ROOT.glob(pattern))] == []
