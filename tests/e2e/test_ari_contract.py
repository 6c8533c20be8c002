"""Every request that the ARI client can make is one that the running Asterisk documents."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from typing import Any

import pytest

from callcenter.asterisk.ari import AriClient
from tests.e2e.harness.centre import Centre

pytestmark = pytest.mark.e2e


class Noted(AriClient):
    """The client with its requests noted instead of sent."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "u", "p", "app")
        self.noted: list[dict[str, Any]] = []

    def _post(self, request: Any) -> None:
        self.noted.append(dict(request))

    async def _ask(self, method: str, uri: str, number: str) -> Any:
        return {"value": ""}


async def _all_requests() -> list[dict[str, Any]]:
    client = Noted()
    await client.channels.list()
    await client.channels.originate("PJSIP/x", "id", context="c", extension="e")
    await client.channels.getChannelVar("id", "X")
    client.channels.answer("id")
    client.channels.hangup("id")
    client.channels.continueInDialplan("id", "c", "e")
    client.channels.playWithId("id", "p", "sound:x", "ko")
    await client.bridges.list()
    await client.bridges.createWithId("b", "holding")
    await client.bridges.startMoh("b", "default")
    client.bridges.addChannel("b", "id")
    client.playbacks.stop("p")
    await client.applications.subscribe("channel:")
    await client.applications.filter(["StasisStart"])
    await client.asterisk.getInfo()
    return client.noted


def _documented(centre: Centre) -> list[tuple[str, re.Pattern[str], dict[str, bool]]]:
    """Method, path and query parameters (with whether each is required) of everything in the API documents."""
    found = []
    login = f"callcenter:{centre.settings.ari_password.get_secret_value()}".encode()
    for name in ("channels", "bridges", "playbacks", "applications", "asterisk"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{centre.settings.ari_port}/ari/api-docs/{name}.json",
            headers={"Authorization": "Basic " + base64.b64encode(login).decode()},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            document = json.load(answer)
        for api in document["apis"]:
            path = re.compile(re.sub(r"\{\w+\}", "[^/]+", api["path"].lstrip("/")) + "$")
            for operation in api["operations"]:
                queries = [p for p in operation.get("parameters", []) if p["paramType"] == "query"]
                found.append((operation["httpMethod"], path, {p["name"]: p.get("required", False) for p in queries}))
    return found


async def test_every_request_is_documented_with_all_that_it_requires(centre: Centre) -> None:
    documented = _documented(centre)
    requests = await _all_requests()
    assert len(requests) == 15
    for request in requests:
        given = {word["name"] for word in request.get("query_strings", [])}
        fitting = [
            parameters
            for method, path, parameters in documented
            if method == request["method"] and path.match(request["uri"])
        ]
        assert fitting, f"{request['method']} {request['uri']} is not documented"
        assert any(
            given <= set(parameters) and {name for name, required in parameters.items() if required} <= given
            for parameters in fitting
        ), f"{request['method']} {request['uri']} with {given}, documented: {fitting}"
