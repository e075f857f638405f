"""Who calls: bearer tokens (HS256) that name a role of the contract and, for a crew member, who it is.

A token says only who; what a member may is looked up in the present world at each request, so a member who was
disabled is refused at once, whatever token it holds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from domain.access import Actor, Scope
from domain.values import MemberId, Role
from domain.world import World

ALGORITHM = "HS256"
LONGEST_TOKEN = 4096
KEPT_TOKENS = 10_000
REMEDY = "make one with `onevisit token --role ROLE` (and --member ID for a crew member)"


class UnauthenticatedError(Exception):
    """The caller is nobody; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, verified. ``expires_at`` is in seconds since the epoch."""

    role: Role
    subject: str
    member: MemberId | None
    expires_at: float


class Tokens:
    """Signs and verifies. A verified token is kept until it expires: verification costs more than a query."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._kept: dict[str, Claims] = {}

    def issue(
        self, role: Role, *, member: str | None = None, subject: str | None = None, hours: float = 12
    ) -> str:
        """A token for a role; ``member`` is the member's own id, for the role CREW alone."""
        now = datetime.now(UTC)
        who = {"member": member} if member is not None else {}
        claims = {"role": role.value, "sub": subject or member or role.lower(), "iat": now, **who}
        return jwt.encode({**claims, "exp": now + timedelta(hours=hours)}, self._secret, algorithm=ALGORITHM)

    def verify(self, token: str) -> Claims:
        """The claims of a token. Raises UnauthenticatedError."""
        known = self._kept.get(token)
        if known is None:
            known = self._read(token)
            if len(self._kept) >= KEPT_TOKENS:
                self._kept.clear()
            self._kept[token] = known
        if known.expires_at <= time.time():
            self._kept.pop(token, None)
            raise UnauthenticatedError(f"the token has expired; {REMEDY}")
        return known

    def _read(self, token: str) -> Claims:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise UnauthenticatedError(f"the token is none of ours ({len(token)} characters); {REMEDY}")
        needed = {"require": ["exp", "role", "sub"]}
        try:
            claims = jwt.decode(token, self._secret, algorithms=[ALGORITHM], options=needed)  # type: ignore[arg-type]  # a plain dict is taken
        except jwt.ExpiredSignatureError as error:
            raise UnauthenticatedError(f"the token has expired; {REMEDY}") from error
        except jwt.InvalidTokenError as error:
            raise UnauthenticatedError(f"the token is not valid here ({error}); {REMEDY}") from error
        return _claims(claims)


def _claims(claims: Mapping[str, object]) -> Claims:
    role, member, expires = claims["role"], claims.get("member"), claims["exp"]
    if not isinstance(role, str) or role not in Role.__members__ or not isinstance(expires, (int, float)):
        raise UnauthenticatedError(
            f"the token names the role {role!r}; known are {', '.join(Role.__members__)}"
        )
    if (role == Role.CREW) != isinstance(member, str):
        raise UnauthenticatedError(f"a token names a member if and only if its role is CREW; {REMEDY}")
    who = MemberId(member) if isinstance(member, str) else None
    return Claims(Role(role), str(claims["sub"]), who, float(expires))


def bearer(header: str | None) -> str:
    """The token in an Authorization header or in the payload of ``connection_init``. Raises UnauthenticatedError."""
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError(f"send `Authorization: Bearer TOKEN`; {REMEDY}")
    return token.strip()


def actor_of(claims: Claims, world: World) -> Actor:
    """The caller as the rules know it, with its crew as it is now. Raises UnauthenticatedError."""
    if claims.member is None:
        return Actor(Scope(claims.role), claims.subject)
    member = world.members.get(claims.member)
    if member is None or not member.active:
        raise UnauthenticatedError(f"member {claims.member} is unknown or disabled; ask your dispatcher")
    crew = world.crews.get(member.crew)
    leader = crew is not None and crew.leader == member.id
    return Actor(Scope(Role.CREW, member.id, member.crew, leader), claims.subject)
