"""Our own client of Asterisk's REST interface: requests and events over one WebSocket.

The vocabulary is ari-py's (`client.channels.originate`, `client.on_channel_event("StasisStart", …)`), so that who knows
that library reads this one; ADR 0002 says why it cannot serve itself. Requests go out in the order given and Asterisk
carries them out in that order; nobody needs to wait for an answer to keep it.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import structlog

Json = Mapping[str, Any]
Handler = Callable[[Json], None]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 3.0
#: Asterisk answers in well under a millisecond; one that is silent this long is gone.
_HEARTBEAT_S = 5.0
_ANSWER_S = 5.0

log = structlog.get_logger()


class AriError(Exception):
    """Asterisk refused a request, or was not there to answer it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        #: HTTP status; 0 when no answer came.
        self.status = status


class AriReplaced(Exception):
    """Another client connected under the same application name; this one is deaf from now on and must stop."""


class AriClient:
    """One application on one Asterisk. `run` keeps it connected until cancelled."""

    def __init__(self, base_url: str, user: str, password: str, app: str) -> None:
        """`base_url`: such as `http://127.0.0.1:8088`."""
        self._url = f"{base_url.rstrip('/').replace('http', 'ws', 1)}/ari/events"
        self._query = {"app": app, "api_key": f"{user}:{password}", "subscribeAll": "false"}
        self.app = app
        self._handlers: dict[str, Handler] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._numbers = itertools.count(1)
        self._out: list[bytes] = []
        self._something = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        #: Requests that Asterisk refused although nobody waited for the answer.
        self.refused = 0
        self.channels = Channels(self)
        self.bridges = Bridges(self)
        self.playbacks = Playbacks(self)
        self.applications = Applications(self)
        self.asterisk = Asterisk(self)

    @property
    def connected(self) -> bool:
        """Whether requests reach Asterisk now."""
        return self._socket is not None

    def on_event(self, kind: str, handler: Handler) -> None:
        """Call the handler with every event of this type, in the order of arrival. It must not block."""
        self._handlers[kind] = handler

    def on_channel_event(self, kind: str, handler: Callable[[Json, Json], None]) -> None:
        """The same for events about a channel: the handler gets the channel and the event."""
        self._handlers[kind] = lambda event: handler(event["channel"], event)

    async def run(self, on_connected: Callable[[], Awaitable[None]], on_lost: Callable[[], None]) -> None:
        """Stay connected. `on_connected` runs at each connection while events already arrive; `on_lost` at each loss.

        Raises `AriReplaced`.
        """
        pause = _FIRST_PAUSE_S
        async with aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.ws_connect(
                        self._url, params=self._query, heartbeat=_HEARTBEAT_S, max_msg_size=0, compress=0
                    ) as socket:
                        pause = _FIRST_PAUSE_S
                        await self._converse(socket, on_connected)
                except* (aiohttp.ClientError, OSError, TimeoutError, AriError) as trouble:
                    log.info("ari.unavailable", error=_in_words(trouble.exceptions[0]))
                if self._socket is not None:
                    self._forget()
                    on_lost()
                await asyncio.sleep(pause * random.uniform(0.5, 1))
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def request(self, method: str, uri: str, **query: str | int | None) -> Any:
        """Ask and wait for the answer's body; `AriError` when refused or unanswered."""
        return await self._ask(method, uri, self.send(method, uri, **query))

    async def request_with(self, body: Json, method: str, uri: str, **query: str | int) -> Any:
        """The same with a JSON body."""
        number = str(next(self._numbers))
        words = [{"name": name, "value": str(value)} for name, value in query.items()]
        content = {"content_type": "application/json", "message_body": orjson.dumps(body).decode()}
        request = {"type": "RESTRequest", "request_id": number, "method": method, "uri": uri, "query_strings": words}
        self._post({**request, **content})
        return await self._ask(method, uri, number)

    async def _ask(self, method: str, uri: str, number: str) -> Any:
        if self._socket is None:
            raise AriError(0, "not connected")
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(_ANSWER_S):
                response = await answer
        except TimeoutError as error:
            raise AriError(0, f"no answer to {method} {uri.split('/', maxsplit=1)[0]}") from error
        finally:
            self._waiting.pop(number, None)
        body = response.get("message_body")
        content = orjson.loads(body) if body else None
        if response["status_code"] >= 400:
            raise AriError(response["status_code"], str((content or {}).get("message", response["reason_phrase"])))
        return content

    def send(self, method: str, uri: str, **query: str | int | None) -> str:
        """Ask without waiting; a refusal is logged and counted. Gives the number of the request."""
        number = str(next(self._numbers))
        words = [{"name": name, "value": str(value)} for name, value in query.items() if value is not None]
        self._post({"type": "RESTRequest", "request_id": number, "method": method, "uri": uri, "query_strings": words})
        return number

    def _post(self, request: Json) -> None:
        if self._socket is not None:
            self._out.append(orjson.dumps(request))
            self._something.set()

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse, greet: Callable[[], Awaitable[None]]) -> None:
        self._socket = socket
        self._out.clear()

        async def greeting() -> None:
            await greet()

        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write(socket))
            greeted = tasks.create_task(greeting())
            try:
                await self._read(socket)
            finally:
                for task in (writing, greeted):
                    task.cancel()

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            batch, self._out = self._out, []
            for message in batch:
                await socket.send_str(message.decode())

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = orjson.loads(message.data)
            kind = event["type"]
            if kind == "RESTResponse":
                self._answered(event)
            elif kind == "ApplicationReplaced":
                raise AriReplaced
            elif handler := self._handlers.get(kind):
                handler(event)

    def _answered(self, response: Json) -> None:
        waiting = self._waiting.get(response["request_id"])
        if waiting is not None:
            if not waiting.done():
                waiting.set_result(response)
        elif response["status_code"] >= 400:
            # 404: the channel hung up meanwhile, and its end is on its way as an event.
            self.refused += response["status_code"] != 404
            log.debug("ari.refused", status=response["status_code"], reason=response.get("reason_phrase"))

    def _forget(self) -> None:
        self._socket = None
        self._out.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(AriError(0, "connection lost"))


def _in_words(trouble: BaseException) -> str:
    """What went wrong, without the address: the password is in it."""
    status = getattr(trouble, "status", None)
    return f"{type(trouble).__name__} {status}" if status else type(trouble).__name__


def _id(value: str) -> str:
    return quote(value, safe="")


class _Resource:
    def __init__(self, client: AriClient) -> None:
        self._client = client


class Channels(_Resource):
    """`/channels`"""

    async def list(self) -> list[Json]:
        """All active channels."""
        found: list[Json] = await self._client.request("GET", "channels")
        return found

    async def originate(
        self, endpoint: str, channelId: str, variables: dict[str, str] | None = None, **query: str | int
    ) -> Json:
        """Create a channel that calls the endpoint, with these variables; see Asterisk's API for the query."""
        body = {"variables": variables or {}}
        made: Json = await self._client.request_with(
            body, "POST", "channels", endpoint=endpoint, channelId=channelId, **query
        )
        return made

    async def getChannelVar(self, channelId: str, variable: str) -> str:
        """The value of a channel variable or function; empty when unset."""
        answer = await self._client.request("GET", f"channels/{_id(channelId)}/variable", variable=variable)
        return str(answer["value"])

    def setChannelVar(self, channelId: str, variable: str, value: str) -> None:
        """Set a channel variable or function."""
        self._client.send("POST", f"channels/{_id(channelId)}/variable", variable=variable, value=value)

    def answer(self, channelId: str) -> None:
        """Answer the channel."""
        self._client.send("POST", f"channels/{_id(channelId)}/answer")

    def hangup(self, channelId: str) -> None:
        """Hang up normally."""
        self._client.send("DELETE", f"channels/{_id(channelId)}", reason="normal")

    def continueInDialplan(self, channelId: str, context: str, extension: str) -> None:
        """Leave the application for the dialplan at priority 1."""
        uri = f"channels/{_id(channelId)}/continue"
        self._client.send("POST", uri, context=context, extension=extension, priority=1)

    def playWithId(self, channelId: str, playbackId: str, media: str, lang: str) -> None:
        """Play one medium or several separated by commas; `PlaybackFinished` tells the end."""
        self._client.send("POST", f"channels/{_id(channelId)}/play/{_id(playbackId)}", media=media, lang=lang)

    def record(self, channelId: str, name: str, maxDurationSeconds: int) -> None:
        """Record what the channel says, after a tone and until #; `RecordingFinished` or `…Failed` tells the end."""
        uri = f"channels/{_id(channelId)}/record"
        self._client.send(
            "POST", uri, name=name, format="wav", maxDurationSeconds=maxDurationSeconds,
            beep="true", terminateOn="#", ifExists="overwrite",
        )  # fmt: skip

    def snoopChannelWithId(self, channelId: str, snoopId: str, whisper: str, appArgs: str) -> None:
        """A channel that enters the application and speaks into another one's conversation, whatever its bridge."""
        uri = f"channels/{_id(channelId)}/snoop/{_id(snoopId)}"
        self._client.send("POST", uri, app=self._client.app, spy="none", whisper=whisper, appArgs=appArgs)


class Bridges(_Resource):
    """`/bridges`"""

    async def list(self) -> list[Json]:
        """All bridges."""
        found: list[Json] = await self._client.request("GET", "bridges")
        return found

    async def createWithId(self, bridgeId: str, type: str) -> Json:
        """Create a bridge, or have it as it is."""
        made: Json = await self._client.request("POST", f"bridges/{_id(bridgeId)}", type=type, name=bridgeId)
        return made

    async def startMoh(self, bridgeId: str, mohClass: str) -> None:
        """Play music to the bridge."""
        await self._client.request("POST", f"bridges/{_id(bridgeId)}/moh", mohClass=mohClass)

    def openWithMoh(self, bridgeId: str, mohClass: str) -> None:
        """Create a holding bridge, or have it as it is, and play music to it; what is sent afterwards finds it."""
        self._client.send("POST", f"bridges/{_id(bridgeId)}", type="holding", name=bridgeId)
        self._client.send("POST", f"bridges/{_id(bridgeId)}/moh", mohClass=mohClass)

    def addChannel(self, bridgeId: str, channel: str) -> None:
        """Put a channel into the bridge."""
        self._client.send("POST", f"bridges/{_id(bridgeId)}/addChannel", channel=channel)


class Playbacks(_Resource):
    """`/playbacks`"""

    def stop(self, playbackId: str) -> None:
        """End the playback."""
        self._client.send("DELETE", f"playbacks/{_id(playbackId)}")


class Applications(_Resource):
    """`/applications`"""

    async def subscribe(self, eventSource: str) -> None:
        """Get events of a source, such as `channel:` for every channel."""
        await self._client.request("POST", f"applications/{self._client.app}/subscription", eventSource=eventSource)

    async def filter(self, allowed: list[str]) -> None:
        """Get events of these types only; all others are not even sent."""
        uri = f"applications/{self._client.app}/eventFilter"
        await self._client.request_with({"allowed": [{"type": kind} for kind in allowed]}, "PUT", uri)


class Asterisk(_Resource):
    """`/asterisk`"""

    async def getInfo(self) -> Json:
        """Version, node name and times of Asterisk."""
        info: Json = await self._client.request("GET", "asterisk/info")
        return info
