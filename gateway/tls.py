"""Serving over TLS: with our certificate, and where it is asked for, only to those who have one too."""

from __future__ import annotations

import ssl

from gateway.settings import SettingError, Settings


def serving_context(settings: Settings) -> ssl.SSLContext | None:
    """What connections are encrypted with, null without a certificate. Raises SettingError with a sentence."""
    if settings.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (ssl.SSLError, OSError) as error:
        both = f"{settings.tls_certificate} and {settings.tls_key}"
        raise SettingError(
            f"ONEVISIT_TLS_CERTIFICATE and ONEVISIT_TLS_KEY: {both} are no certificate in PEM and its key ({error})"
        ) from error
    if settings.tls_client_ca is not None:
        _ask_clients(context, settings.tls_client_ca)
    return context


def _ask_clients(context: ssl.SSLContext, path: str) -> None:
    """Let nobody in without a certificate which that file vouches for."""
    try:
        context.load_verify_locations(path)
    except (ssl.SSLError, OSError) as error:
        raise SettingError(
            f"ONEVISIT_TLS_CLIENT_CA: {path} holds no certificates in PEM ({error})"
        ) from error
    context.verify_mode = ssl.CERT_REQUIRED
