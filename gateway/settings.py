"""Settings: from the environment (``ONEVISIT_*``) and from flags, which win. Documented in docs/settings.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from domain.world import Policy
from engine.wire.persisted import Documents, Mode
from gateway.readings import (
    PREFIX,
    Setting,
    file,
    flag,
    header,
    minutes,
    one_of,
    path,
    seconds,
    secret,
    url,
    whole,
    whsec,
)
from gateway.wire_settings import WIRE

SECRET = ("secret", "authorization")  # how the names of settings end which no message shows


class SettingError(ValueError):
    """A setting is wrong; the message names it, its value and the remedy."""


SETTINGS = (
    Setting(
        "database_url",
        "sqlite:///onevisit.db",
        url("sqlite", "postgresql", "postgres"),
        "Where everything is kept: an SQLite file (one gateway process), or PostgreSQL (several).",
    ),
    Setting(
        "broadcast_url",
        "memory://",
        url("memory", "redis", "rediss", "postgres", "postgresql"),
        "The doorbell between processes: redis://, postgres://, or memory:// (others hear by polling).",
    ),
    Setting("host", "127.0.0.1", str, "The address to listen on; 0.0.0.0 for every interface."),
    Setting("port", "8000", whole(0, 65535), "The port to listen on; 0 takes a free one."),
    Setting(
        "secret",
        None,
        secret,
        "What tokens are signed with (HS256). On SQLite one is made, and kept in `.onevisit/secret`.",
    ),
    Setting("token_hours", "12", whole(1, 24 * 366), "How long a token from `onevisit token` is valid."),
    Setting(
        "poll_seconds",
        "1",
        seconds(0.05, 60),
        "How often the log is looked at though no bell rang: the price of a lost ring.",
    ),
    Setting(
        "fusion_minutes",
        "AAA=10,AA=20,A=30,STANDARD=60",
        minutes,
        "How long a group waits for its missing orders, by 业务保障级别; STANDARD is for unknown levels as well.",
    ),
    Setting("count_includes_self", "false", flag, "Whether 关联工单数量 counts the order itself."),
    *WIRE,
    Setting(
        "nms_url",
        None,
        url("http", "https"),
        "The network management system (网管); without it nobody is asked, and it reports by `reportSubTask`.",
    ),
    Setting(
        "nms_activation",
        "tmf640",
        one_of("tmf640", "tmf702"),
        "By which API services are activated: TMF640 (services) or TMF702 (resources). Checks go by TMF653.",
    ),
    Setting("nms_service_path", "/tmf-api/ServiceActivationAndConfiguration/v4", path, "Where TMF640 is."),
    Setting("nms_resource_path", "/tmf-api/ResourceActivationAndConfiguration/v4", path, "Where TMF702 is."),
    Setting("nms_test_path", "/tmf-api/ServiceTestManagement/v4", path, "Where TMF653 is."),
    Setting(
        "nms_authorization",
        None,
        header,
        "The Authorization header for it, whole, such as `Bearer …`: a secret.",
    ),
    Setting(
        "nms_callback_url",
        None,
        url("http", "https"),
        "How it reaches this gateway, such as https://gateway.example; without it results are polled alone.",
    ),
    Setting(
        "nms_secret",
        None,
        secret,
        "What its callbacks are signed with (HMAC-SHA256); others are then refused.",
    ),
    Setting("nms_timeout_seconds", "10", seconds(0.1, 120), "How long it may take for an answer."),
    Setting(
        "nms_poll_seconds",
        "60",
        seconds(0.1, 900),
        "After how long without a callback it is asked for a result; doubles up to 15 minutes.",
    ),
    Setting(
        "nms_retry_seconds",
        "30",
        seconds(0.1, 900),
        "The pause before an attempt without a result is made again; doubles up to 15 minutes.",
    ),
    Setting(
        "nms_ca_file", None, file, "The certificates that it is trusted by (PEM); else those of the machine."
    ),
    Setting(
        "nms_client_certificate",
        None,
        file,
        "Our certificate and key for it (one PEM file), for mutual TLS.",
    ),
    Setting(
        "upstream_url",
        None,
        url("http", "https"),
        "Where receipts are posted to (docs/protocol.md); without it upstream follows `receipts`.",
    ),
    Setting(
        "upstream_secret",
        None,
        whsec,
        "What receipts are signed with: `whsec_` and base64 of 24 to 64 random bytes; needed with the address.",
    ),
    Setting(
        "upstream_timeout_seconds",
        "10",
        seconds(0.1, 120),
        "How long upstream may take to confirm a receipt.",
    ),
    Setting(
        "receipt_attempts",
        "200",
        whole(1, 10_000),
        "How often a receipt is sent before it is a dead letter: 200 times are about two days.",
    ),
    Setting(
        "receipt_retry_seconds",
        "2",
        seconds(0.01, 900),
        "The longest pause before the second try; it doubles with each, up to 15 minutes, and is drawn by chance.",
    ),
    Setting(
        "tls_certificate",
        None,
        file,
        "Our certificate with its chain (PEM): then all is served over https. Read at the start.",
    ),
    Setting("tls_key", None, file, "The key of that certificate (PEM)."),
    Setting(
        "tls_client_ca",
        None,
        file,
        "The certificates (PEM) that a client's own must be vouched for by; without one nobody is let in.",
    ),
    Setting("workers", "1", whole(1, 64), "Processes that serve the port together; several need PostgreSQL."),
    Setting("pool_size", "10", whole(1, 200), "Connections of a process to the database, and 5 in a rush."),
    Setting("drain_seconds", "5", seconds(0, 120), "Over how long open sockets are closed at a stop."),
    Setting("log_level", "info", one_of("debug", "info", "warning", "error"), "How much is logged."),
    Setting("log_format", "text", one_of("text", "json"), "Log lines for people, or one JSON object a line."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as values, in the units that their names say."""

    database_url: str
    broadcast_url: str
    host: str
    port: int
    secret: str | None
    token_hours: int
    poll_seconds: float
    fusion_minutes: Mapping[str, int]
    count_includes_self: bool
    max_body_bytes: int
    max_message_bytes: int
    stall_seconds: float
    max_sockets: int
    heartbeat_seconds: float
    http_statuses: str
    persisted_documents: str
    known_documents: Mapping[str, str] | None
    nms_url: str | None
    nms_activation: str
    nms_service_path: str
    nms_resource_path: str
    nms_test_path: str
    nms_authorization: str | None
    nms_callback_url: str | None
    nms_secret: str | None
    nms_timeout_seconds: float
    nms_poll_seconds: float
    nms_retry_seconds: float
    nms_ca_file: str | None
    nms_client_certificate: str | None
    upstream_url: str | None
    upstream_secret: str | None
    upstream_timeout_seconds: float
    receipt_attempts: int
    receipt_retry_seconds: float
    tls_certificate: str | None
    tls_key: str | None
    tls_client_ca: str | None
    workers: int
    pool_size: int
    drain_seconds: float
    log_level: str
    log_format: str

    @property
    def bell_url(self) -> str:
        """The doorbell; of several workers the database's own, if no other is set."""
        alone = self.workers == 1 or not self.broadcast_url.startswith("memory")
        return self.broadcast_url if alone else self.database_url

    @property
    def scheme(self) -> str:
        """How this gateway is served."""
        return "http" if self.tls_certificate is None else "https"

    @property
    def policy(self) -> Policy:
        """What of them the rules know."""
        levels = dict(self.fusion_minutes)
        default = levels.pop("STANDARD", 60)
        return Policy(levels, default, self.count_includes_self, retry_seconds=self.nms_retry_seconds)

    @property
    def documents(self) -> Documents:
        """The documents that clients may name, and those which they teach."""
        return Documents(Mode(self.persisted_documents), self.known_documents)


def read_settings(environment: Mapping[str, str], flags: Mapping[str, str | None] | None = None) -> Settings:
    """The settings. Raises SettingError naming the variable or the flag."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        given = (flags or {}).get(setting.name)
        where = setting.flag if given is not None else setting.variable
        text = given if given is not None else environment.get(setting.variable) or setting.default
        try:
            values[setting.name] = setting.read(text) if text is not None else None
        except ValueError as error:
            shown = "(a secret)" if setting.name.endswith(SECRET) else repr(text)
            raise SettingError(f"{where} is {shown}: {error}") from error
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in _known())
    if unknown:
        raise SettingError(f"{', '.join(unknown)}: no such setting; docs/settings.md lists them")
    settings = Settings(**values)
    for missing, why in _incomplete(settings):
        raise SettingError(f"{missing} is not set: {why}")
    return settings


def _incomplete(settings: Settings) -> Iterator[tuple[str, str]]:
    """Settings that others need, and why."""
    if settings.workers > 1 and settings.database_url.startswith("sqlite"):
        yield "ONEVISIT_DATABASE_URL", "an SQLite file has one process, and ONEVISIT_WORKERS needs PostgreSQL"
    if settings.documents.nothing_runs:
        yield "ONEVISIT_KNOWN_DOCUMENTS", "with ONEVISIT_PERSISTED_DOCUMENTS=enforced nothing would run"
    if settings.upstream_url is not None and settings.upstream_secret is None:
        why = "receipts to ONEVISIT_UPSTREAM_URL are signed; give both sides the same, for instance `whsec_` and "
        yield "ONEVISIT_UPSTREAM_SECRET", f"{why}what `openssl rand -base64 32` prints"
    if settings.tls_certificate is None and settings.tls_key is not None:
        yield "ONEVISIT_TLS_CERTIFICATE", "ONEVISIT_TLS_KEY is the key of one"
    if settings.tls_certificate is None and settings.tls_client_ca is not None:
        yield "ONEVISIT_TLS_CERTIFICATE", "clients show theirs (ONEVISIT_TLS_CLIENT_CA) over TLS alone"
    if settings.tls_certificate is not None and settings.tls_key is None:
        yield "ONEVISIT_TLS_KEY", "ONEVISIT_TLS_CERTIFICATE needs its key"


def _known() -> set[str]:
    return {setting.variable for setting in SETTINGS} | {"ONEVISIT_TOKEN", "ONEVISIT_URL"}


def settings_table() -> str:
    """The table of docs/settings.md."""
    rows = ["| Environment | Flag | Default | Meaning |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default is not None else "none"
        rows.append(f"| `{setting.variable}` | `{setting.flag}` | {default} | {setting.meaning} |")
    return "\n".join(rows)


assert {f.name for f in fields(Settings)} == {s.name for s in SETTINGS}  # noqa: S101 - the two lists are one
