"""Everything an installation may set: environment variables `CALLCENTER_*`, else `settings.toml` in the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def data_folder() -> Path:
    """The folder that holds all state: `CALLCENTER_DATA`, else `data` under the working directory."""
    return Path(os.environ.get("CALLCENTER_DATA", "data")).resolve()


class Settings(BaseSettings):
    """One installation. Ports of 127.0.0.1 services are for this machine only; SIP and RTP face the phones."""

    model_config = SettingsConfigDict(env_prefix="CALLCENTER_", extra="forbid")

    #: All state of the installation lives here.
    data: Path = Path("data")
    #: TOML file of companies, groups, agents and hours.
    centre: Path = Path("data/centre.toml")
    #: Folder of versioned tariffs, one TOML file each.
    tariffs: Path = Path("data/tariffs")

    #: SQLAlchemy URL; SQLite in WAL mode on one machine, `postgresql+psycopg://` on many.
    database_url: str = "sqlite+aiosqlite:///data/callcenter.db"
    redis_url: str = "redis://127.0.0.1:6390/0"

    web_host: str = "127.0.0.1"
    web_port: int = 8080
    #: Cookies are sent over TLS only; off for http://localhost.
    web_secure_cookies: bool = False

    asterisk_host: str = "127.0.0.1"
    ari_port: int = 8088
    ari_password: SecretStr = SecretStr("")
    ami_port: int = 5038
    ami_password: SecretStr = SecretStr("")
    #: Where phones and carriers reach Asterisk.
    sip_host: str = "0.0.0.0"
    sip_port: int = 5060
    rtp_first: int = 10000
    rtp_last: int = 10999
    #: One SIP password per account (agents, customers' test phones, the carrier trunk).
    sip_passwords: dict[str, SecretStr] = {}
    #: Folder that Asterisk and the ledger share: call endings (spool), recordings, prompts.
    media: Path = Path("data/media")

    #: What the carrier allows for campaigns' calls: channels at a time, those of inbound calls counted, and new calls
    #: a second.
    outbound_channels: int = Field(30, ge=1)
    outbound_calls_per_second: int = Field(5, ge=1)

    #: Where text messages to agents go: an http(s) URL of a gateway (`call_up/sms.py` tells what it gets), "file" for a
    #: file in the data folder, "" for nowhere.
    sms_gateway: str = ""
    #: Signs what the gateway gets; generated at first start.
    sms_secret: SecretStr = SecretStr("")
    #: mailto: or https: address at which a push service reaches the operator; Apple's sends nothing without.
    push_contact: str = ""
    #: Origins of the push services that agents' browsers may name.
    push_services: tuple[str, ...] = (
        "https://fcm.googleapis.com",
        "https://updates.push.services.mozilla.com",
        "https://*.notify.windows.com",
        "https://*.push.apple.com",
    )

    #: Seals sessions and tokens; generated at first start.
    secret_key: SecretStr = SecretStr("")
    log_json: bool = False
    #: Spoken answers are destroyed after so many months: three years, as long as complaints are kept
    #: (전자상거래법 시행령 제6조).
    answers_months: int = Field(36, ge=1, le=120)
    #: Recordings of calls and messages likewise.
    recordings_months: int = Field(36, ge=1, le=120)

    @field_validator("sms_gateway")
    @classmethod
    def _a_gateway(cls, written: str) -> str:
        target = urlsplit(written)
        if written not in ("", "file") and not (target.scheme in ("http", "https") and target.hostname):
            raise ValueError("expected an http:// or https:// URL, 'file', or nothing")
        return written

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.sms_gateway not in ("", "file") and not self.sms_secret.get_secret_value():
            raise ValueError(
                "sms_gateway without sms_secret: the gateway could not tell who sends; set a long random text"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file that the first start writes, then the defaults."""
        toml = TomlConfigSettingsSource(settings_cls, data_folder() / "settings.toml")
        return init_settings, env_settings, toml

    @property
    def recordings(self) -> Path:
        """Two mono wav files a call, one per voice."""
        return self.media / "recordings"

    @property
    def evidence(self) -> Path:
        """Clips of calls in which an agent was abused; kept apart from recordings, whose time ends."""
        return self.media / "evidence"

    @property
    def answers(self) -> Path:
        """What customers answered in their own words, one mono wav file each (`campaigns/spoken.py` names them)."""
        return self.media / "answers"

    @property
    def spool(self) -> Path:
        """One JSON line a channel that ended, written by Asterisk itself, one file a UTC day."""
        return self.media / "spool"

    @property
    def sounds(self) -> Path:
        """Prompts: `<language>/cc/<name>.wav`."""
        return self.media / "sounds"

    @property
    def music(self) -> Path:
        """Music on hold: one folder a class."""
        return self.media / "moh"
