"""The files of docker/ agree with the product; no engine is needed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.centre import load_centre
from callcenter.cli import _COMMANDS
from callcenter.controller import Controller
from callcenter.forked import _COMMANDS as _PROCESSES
from callcenter.metrics import Reading, exposition
from callcenter.settings import Settings
from callcenter.store.figures import Figures
from callcenter.store.lengths import Lengths
from callcenter.web.board import compute_board

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"
NOW = 1_795_429_970_000
#: Settings that `callcenter setup` writes into the data folder, or that are the same in every container.
OF_THE_IMAGE = {
    "data", "centre", "tariffs", "media", "web_port", "ari_port", "ari_password", "ami_port", "ami_password",
    "sip_host", "sip_passwords", "secret_key",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def test_every_variable_given_to_our_processes_is_a_setting(services: dict[str, Any]) -> None:
    given = {name for service in services.values() for name in service.get("environment", {})}
    ours = {name.removeprefix("CALLCENTER_").lower() for name in given if name.startswith("CALLCENTER_")}
    assert "database_url" in ours
    assert ours <= set(Settings.model_fields)


def test_every_other_setting_can_be_given_in_the_env_file(services: dict[str, Any]) -> None:
    ours = [service for service in services.values() if service["image"] == "callcenter"]
    for service in ours:
        given = {name.removeprefix("CALLCENTER_").lower() for name in service["environment"]}
        assert given == set(Settings.model_fields) - OF_THE_IMAGE
    # An empty value would win over the data folder's settings.toml.
    assert "" not in ours[0]["environment"].values()


def test_the_env_file_that_init_makes_names_settings_and_variables_of_the_compose_file() -> None:
    init, compose = (DOCKER / "init").read_text(), (DOCKER / "compose.yaml").read_text()
    written = init[init.index("<<END") : init.index("\nEND")]
    names = set(re.findall(r"^#?([A-Z_]+)=", written, re.MULTILINE)) - {"COMPOSE_PROJECT_NAME"}
    assert {"POSTGRES_PASSWORD", "CALLCENTER_PUSH_CONTACT"} <= names
    assert not [name for name in names if not re.search(rf"\$\{{{name}\b|^    {name}:$", compose, re.MULTILINE)]


def test_every_command_of_our_image_exists(services: dict[str, Any]) -> None:
    commands = [service["command"] for service in services.values() if service["image"] == "callcenter"]
    ours = {words[1] for words in commands if words[0] == "callcenter"}
    assert ours == {"setup", *_PROCESSES}
    assert ours <= set(_COMMANDS)


def test_whatever_holds_data_or_decides_is_reached_from_inside_only(services: dict[str, Any]) -> None:
    published = {name for name, service in services.items() if service.get("ports")}
    assert published == {"asterisk", "web", "grafana"}
    for name in ("web", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])
    assert not any("CALLCENTER_ARI_PORT" in port or "8088" in port or "5038" in port
                   for port in services["asterisk"]["ports"])  # fmt: skip


def test_every_lasting_service_restarts_and_says_whether_it_is_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name != "setup":
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_volumes_and_mounted_files_exist(compose: dict[str, Any], services: dict[str, Any]) -> None:
    for service in services.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (DOCKER / source).exists() if source.startswith("./") else source in compose["volumes"], mount


def test_no_password_stands_in_the_repository(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or name == "REDISCLI_AUTH":
                assert value.startswith("${"), name


def test_prometheus_scrapes_the_pages_and_grafana_asks_prometheus(services: dict[str, Any]) -> None:
    scrape = yaml.safe_load((DOCKER / "prometheus/prometheus.yml").read_text())["scrape_configs"][0]
    (target,) = scrape["static_configs"][0]["targets"]
    host, port = target.split(":")
    assert host in services
    assert services[host]["ports"][0].endswith(f":{port}")
    (source,) = yaml.safe_load((DOCKER / "grafana/provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    assert re.fullmatch(r"http://(\w+):9090", source["url"]).group(1) in services  # type: ignore[union-attr]
    (provider,) = yaml.safe_load((DOCKER / "grafana/provisioning/dashboards/callcenter.yaml").read_text())["providers"]
    targets = [mount.split(":")[1] for mount in services["grafana"]["volumes"]]
    assert provider["options"]["path"] in targets


def exposed_names() -> set[str]:
    """Every sample that one scrape can hold."""
    centre = load_centre(ROOT / "callcenter/example/centre.toml")
    group, company = next(iter(centre.group)), centre.company[0]
    figures = Figures(company=company.id, group=group.id, offered=2, answered=1, abandoned=1, answered_in_time=1)
    live = {"at": NOW, "waiting": [], "in_menu": 0, "agents": [], "healed": 0}
    board = compute_board(
        live, {"ari": True, "ami": True}, [figures], at=NOW, groups=[group.id], companies=[company.id]
    )
    lengths = Lengths(up_to=((5, 1),), count=1, sum_ms=4000)
    counters = Controller(centre, Settings(), "")._state()["counters"]
    text = exposition(
        Reading(board=board, day=[figures], counters=counters, waits=lengths, talks=lengths, differences=1)
    ).decode()
    return {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}


def test_every_metric_that_a_dashboard_asks_for_is_exposed() -> None:
    exposed = exposed_names()
    dashboards = [json.loads(file.read_text("utf-8")) for file in (DOCKER / "grafana/dashboards").glob("*.json")]
    assert [dashboard["uid"] for dashboard in dashboards] == ["callcenter-live"]
    for dashboard in dashboards:
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                asked = set(re.findall(r"\bcallcenter_\w+", target["expr"]))
                assert asked, panel["title"]
                assert asked <= exposed, panel["title"]
                # Without an answer from the pages the last value would stay on the wall, and it is green.
                assert not target["expr"].endswith(("_up", "_connected")), panel["title"]


def test_the_image_names_no_registry_and_runs_as_an_ordinary_user() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert all("/" not in base for base in bases)
    assert [line for line in lines if line.startswith("USER")] == ["USER callcenter"]
    assert not re.search(r"https?://|index-url", "\n".join(lines))
