"""Every dependency is pinned once, locked with its hashes, and explained."""

import re

from tests.architecture.source import ROOT, pyproject
from tests.bench.peers.roster import PEERS

ENTRY = re.compile(
    r"^(?P<pin>[a-z0-9.\-]+==\S+)[^\n]*\\\n(?P<hashes>(?:    --hash=[^\n]*\n)+)(?P<via>(?:    #[^\n]*\n)*)",
    re.M,
)
"""One package of the lock: its pin (and marker), its hashes, who asked for it."""


def _declared(group: str) -> set[str]:
    project = pyproject()
    entries = project["project"]["dependencies"] if group == "run" else project["dependency-groups"][group]
    return {re.sub(r"\[.*?\]", "", entry) for entry in entries}


def _locked() -> dict[str, tuple[int, str]]:
    """Pin -> number of its hashes, and the comment that says who asked for it."""
    text = (ROOT / "requirements.lock").read_text()
    return {entry["pin"]: (entry["hashes"].count("--hash=sha256:"), entry["via"]) for entry in ENTRY.finditer(text)}


def test_every_dependency_is_pinned_to_one_version() -> None:
    loose = {entry for entry in _declared("run") | _declared("dev") if not re.fullmatch(r"[a-z0-9\-]+==[\w.]+", entry)}
    assert loose == set()


def test_the_lock_holds_what_pyproject_asks_for_and_nothing_asked_for_before() -> None:
    for group, source in (("run", r"\(pyproject\.toml\)"), ("dev", r"\(pyproject\.toml:dev\)")):
        direct = {pin for pin, (_, via) in _locked().items() if re.search(rf"pocketdesk {source}", via)}
        assert direct == _declared(group)


def test_every_line_of_the_lock_carries_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert set(re.findall(r"^[a-z0-9.\-]+==\S+", text, re.M)) == set(_locked())
    assert all(hashes > 0 for hashes, _ in _locked().values())


def test_no_engine_that_the_desk_is_measured_beside_is_a_dependency() -> None:
    engines = {peer.pins[0].partition("==")[0].partition("[")[0].replace("_", "-") for peer in PEERS}
    assert len(engines) == 5
    assert engines.isdisjoint(pin.partition("==")[0] for pin in _locked())


def test_the_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_the_page_on_dependencies_has_one_line_for_each_and_for_no_other() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    explained = re.findall(r"^\| `([^`]+)` \|", page, re.M)
    assert sorted(explained) == sorted(pin.partition("==")[0] for pin in _declared("run") | _declared("dev"))
