"""The HTTP server: uvicorn, which waits for open streams when it is told to end, so they are told first."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from callcenter.settings import Settings


class PageServer(uvicorn.Server):
    """Serves this application until it is told to end (SIGTERM, or `should_exit`)."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app = app
        config = uvicorn.Config(
            app,
            host=settings.web_host,
            port=settings.web_port,
            # Open boards end within two seconds by themselves; whoever does not is cut off.
            timeout_graceful_shutdown=4,
            log_config=None,
            access_log=False,
            server_header=False,
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        self._app.state.services.stopping.set()
        await super().shutdown(sockets=sockets)
