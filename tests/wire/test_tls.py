"""Over TLS everything is served as without it; where clients are asked for certificates nobody else is let in."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
import websockets

from domain.values import Role
from gateway.listener import listener_token
from gateway.settings import SettingError, read_settings
from gateway.tls import serving_context
from tests.events import state_change
from tests.wire.processes import SECRET, TOKENS, GatewayProcess


@dataclass(frozen=True)
class Papers:
    """An authority, its certificate for the gateway, and one for a client, as files."""

    authority: Path
    certificate: Path
    key: Path
    client: Path

    def settings(self, *names: str) -> dict[str, str]:
        """Those of the settings."""
        known = {"CERTIFICATE": self.certificate, "KEY": self.key, "CLIENT_CA": self.authority}
        return {f"ONEVISIT_TLS_{name}": str(known[name]) for name in names}

    def trusting(self, *, with_certificate: bool = False) -> ssl.SSLContext:
        """What a client connects with."""
        context = ssl.create_default_context(cafile=self.authority)
        if with_certificate:
            context.load_cert_chain(self.client)
        return context


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Made for this module; nobody else trusts them."""
    folder, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    made = Papers(folder / "ca.pem", folder / "cert.pem", folder / "key.pem", folder / "client.pem")
    own, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("nms.example")
    authority.cert_pem.write_to_path(made.authority)
    own.cert_chain_pems[0].write_to_path(made.certificate)
    own.private_key_pem.write_to_path(made.key)
    client.private_key_and_cert_chain_pem.write_to_path(made.client)
    return made


@pytest.fixture(params=[False, True], ids=["TLS", "mutual TLS"])
def mutual(request: pytest.FixtureRequest) -> bool:
    """Whether clients need a certificate."""
    return bool(request.param)


@pytest.fixture
def gateway(papers: Papers, tmp_path: Path, mutual: bool) -> Iterator[GatewayProcess]:  # noqa: FBT001 - a fixture
    """A gateway over TLS."""
    asked = ["CLIENT_CA"] if mutual else []
    running = GatewayProcess(
        f"sqlite:///{tmp_path / 'onevisit.db'}",
        environment=papers.settings("CERTIFICATE", "KEY", *asked),
        verify=papers.trusting(with_certificate=True),
    ).start(tmp_path)
    yield running
    running.stop()


async def test_a_callback_and_a_socket_go_over_tls(
    gateway: GatewayProcess,
    papers: Papers,
    mutual: bool,  # noqa: FBT001 - a fixture
) -> None:
    trusted = papers.trusting(with_certificate=mutual)
    url = f"{gateway.url}/nms/{listener_token(SECRET)}"

    async with httpx.AsyncClient(verify=trusted, trust_env=False) as client:
        called = await client.post(url, json=state_change("N1#A1"))
    token, protocol = TOKENS.issue(Role.DISPATCHER), websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(gateway.socket_url, ssl=trusted, subprotocols=[protocol]) as socket:
        await socket.send(f'{{"type": "connection_init", "payload": {{"authorization": "Bearer {token}"}}}}')
        acknowledged = await socket.recv()

    assert gateway.url.startswith("https://")
    assert called.status_code == 204
    assert "connection_ack" in str(acknowledged)


async def test_without_a_certificate_nobody_is_let_in_where_one_is_asked_for(
    gateway: GatewayProcess,
    papers: Papers,
    mutual: bool,  # noqa: FBT001 - a fixture
) -> None:
    async with httpx.AsyncClient(verify=papers.trusting(), trust_env=False) as client:
        if mutual:
            with pytest.raises(httpx.TransportError):
                await client.get(f"{gateway.url}/health/live")
        else:
            assert (await client.get(f"{gateway.url}/health/live")).status_code == 200


async def test_a_certificate_of_another_authority_is_none(
    gateway: GatewayProcess,
    papers: Papers,
    tmp_path: Path,
    mutual: bool,  # noqa: FBT001 - a fixture
) -> None:
    stranger = trustme.CA().issue_cert("nms.example")
    stranger.private_key_and_cert_chain_pem.write_to_path(tmp_path / "stranger.pem")
    context = papers.trusting()
    context.load_cert_chain(tmp_path / "stranger.pem")

    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        if mutual:
            with pytest.raises(httpx.TransportError):
                await client.get(f"{gateway.url}/health/live")
        else:
            assert (await client.get(f"{gateway.url}/health/live")).status_code == 200


INCOMPLETE = {
    "a certificate without its key": (["CERTIFICATE"], "ONEVISIT_TLS_KEY is not set"),
    "a key without its certificate": (["KEY"], "ONEVISIT_TLS_CERTIFICATE is not set"),
    "clients' certificates without ours": (["CLIENT_CA"], "ONEVISIT_TLS_CERTIFICATE is not set"),
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_half_of_what_tls_needs_is_refused_at_the_start(papers: Papers, name: str) -> None:
    given, message = INCOMPLETE[name]

    with pytest.raises(SettingError, match=message):
        read_settings(papers.settings(*given))


@pytest.mark.parametrize("name", ["CERTIFICATE", "KEY", "CLIENT_CA"])
def test_what_is_no_certificate_is_named(papers: Papers, tmp_path: Path, name: str) -> None:
    (tmp_path / "text").write_text("no PEM", encoding="utf-8")
    given = papers.settings("CERTIFICATE", "KEY", "CLIENT_CA")

    settings = read_settings({**given, f"ONEVISIT_TLS_{name}": str(tmp_path / "text")})

    with pytest.raises(SettingError, match=f"ONEVISIT_TLS_{name}"):
        serving_context(settings)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingError, match="ONEVISIT_TLS_CERTIFICATE is '/nowhere'"):
        read_settings({"ONEVISIT_TLS_CERTIFICATE": "/nowhere"})


def test_without_a_certificate_there_is_no_tls() -> None:
    settings = read_settings({})

    assert serving_context(settings) is None
    assert settings.scheme == "http"
