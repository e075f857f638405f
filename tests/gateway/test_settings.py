"""Settings come from the environment and from flags, and a wrong one is named with its remedy."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.kept_secret import kept_secret
from gateway.settings import SETTINGS, SettingError, read_settings


def test_without_anything_given_there_are_defaults() -> None:
    settings = read_settings({})

    assert (settings.port, settings.database_url, settings.secret) == (8000, "sqlite:///onevisit.db", None)
    assert settings.policy.patience("AAA").total_seconds() == 600
    assert settings.policy.patience("nobody knows").total_seconds() == 3600


def test_a_flag_wins_over_the_environment() -> None:
    assert read_settings({"ONEVISIT_PORT": "9000"}, {"port": "9001"}).port == 9001


def test_other_variables_of_the_machine_are_none_of_our_business() -> None:
    assert read_settings({"HOME": "x", "PORT": "1", "ONEVISIT_TOKEN": "t"}).port == 8000


BAD = {
    "ONEVISIT_PORT": "70000",
    "ONEVISIT_DATABASE_URL": "mysql://x",
    "ONEVISIT_BROADCAST_URL": "kafka://x",
    "ONEVISIT_SECRET": "short",
    "ONEVISIT_POLL_SECONDS": "never",
    "ONEVISIT_FUSION_MINUTES": "AAA=soon",
    "ONEVISIT_COUNT_INCLUDES_SELF": "perhaps",
    "ONEVISIT_LOG_FORMAT": "xml",
    "ONEVISIT_UPSTREAM_URL": "ftp://x",
    "ONEVISIT_UPSTREAM_SECRET": "whsec_short",
    "ONEVISIT_PROT": "8000",
}


@pytest.mark.parametrize(("variable", "value"), BAD.items())
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=variable) as error:
        read_settings({variable: value})

    assert not variable.endswith("SECRET") or value not in str(error.value)


REMEDIES = {
    "ONEVISIT_PORT": ("x", "give a whole number from 0 to 65535"),
    "ONEVISIT_POOL_SIZE": ("9" * 5000, "give a whole number from 1 to 200"),
    "ONEVISIT_POLL_SECONDS": ("nan", "give seconds from 0.05 to 60"),
    "ONEVISIT_FUSION_MINUTES": ("AAA", "such as AAA=10,STANDARD=60"),
    "ONEVISIT_BROADCAST_URL": ("kafka://x", "begins with memory://, redis://"),
}


@pytest.mark.parametrize(("variable", "value", "remedy"), [(name, *pair) for name, pair in REMEDIES.items()])
def test_a_wrong_setting_is_told_its_remedy(variable: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingError, match=remedy):
        read_settings({variable: value})


def test_receipts_to_an_address_need_a_secret() -> None:
    with pytest.raises(SettingError, match=r"ONEVISIT_UPSTREAM_SECRET is not set.*openssl rand"):
        read_settings({"ONEVISIT_UPSTREAM_URL": "https://upstream.example/receipts"})


def test_a_wrong_flag_is_named_as_a_flag() -> None:
    with pytest.raises(SettingError, match="--port is 'x'"):
        read_settings({}, {"port": "x"})


def test_every_setting_says_what_it_is_for() -> None:
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)


def test_the_secret_beside_a_file_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'onevisit.db'}"

    first, second = kept_secret(url), kept_secret(url)

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / ".onevisit" / "secret").stat().st_mode) == 0o600


def test_processes_that_make_the_secret_at_once_agree_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'onevisit.db'}"
    both, turns = threading.Barrier(2, timeout=10), iter("ab")

    def drawn(_bytes: int) -> str:
        both.wait()  # until the other has seen as well that there is none
        return next(turns) * 64

    monkeypatch.setattr("gateway.kept_secret.secrets.token_hex", drawn)
    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(lambda _: kept_secret(url), range(2)))

    assert made == {kept_secret(url)}
    assert [path.name for path in (tmp_path / ".onevisit").iterdir()] == ["secret"]


def test_a_secret_that_was_cut_short_signs_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'onevisit.db'}"
    kept_secret(url)
    (tmp_path / ".onevisit" / "secret").write_text("")

    with pytest.raises(SettingError, match="holds 0 characters and needs 32: remove it"):
        kept_secret(url)
