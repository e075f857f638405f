"""Tokens say who calls; the present world says what a member may."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from dataclasses import replace

import jwt
import pytest

from domain.values import CrewId, DistrictCode, MemberId, Role
from domain.world import Crew, Member, World
from gateway.auth import LONGEST_TOKEN, Tokens, UnauthenticatedError, actor_of, bearer

SECRET = "s" * 40
LI = Member(MemberId("m-1"), "Li", "13800000001", CrewId("c-1"))
CREW = Crew(CrewId("c-1"), "金水区集客施工班组", DistrictCode("410105"), leader=LI.id)
WORLD = World(crews={CREW.id: CREW}, members={LI.id: LI})


def test_a_token_names_a_role_and_says_it_again() -> None:
    tokens = Tokens(SECRET)

    claims = tokens.verify(tokens.issue(Role.DISPATCHER))

    assert (claims.role, claims.member) == (Role.DISPATCHER, None)
    assert str(actor_of(claims, WORLD)) == "dispatcher:dispatcher"


def test_a_member_acts_in_the_crew_that_it_has_now() -> None:
    tokens = Tokens(SECRET)
    claims = tokens.verify(tokens.issue(Role.CREW, member=LI.id))

    scope = actor_of(claims, WORLD).scope

    assert (scope.member, scope.crew, scope.leader) == (LI.id, CREW.id, True)


@pytest.mark.parametrize("world", [World(), replace(WORLD, members={LI.id: replace(LI, active=False)})])
def test_an_unknown_or_disabled_member_is_nobody_at_once(world: World) -> None:
    tokens = Tokens(SECRET)
    claims = tokens.verify(tokens.issue(Role.CREW, member=LI.id))

    with pytest.raises(UnauthenticatedError, match="unknown or disabled"):
        actor_of(claims, world)


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: object) -> str:
    base = {"role": "DISPATCHER", "sub": "x", "exp": time.time() + 60}
    given = {name: value for name, value in (base | claims).items() if value is not None}
    return jwt.encode(given, secret, algorithm=algorithm)


BAD = {
    "of another secret": signed("t" * 40),
    "unsigned": jwt.encode({"role": "ADMIN", "sub": "x", "exp": time.time() + 60}, "", algorithm="none"),
    "of another algorithm": signed(algorithm="HS512", secret="s" * 64),
    "without an expiry": signed(exp=None),
    "without a role": signed(role=None),
    "without a subject": signed(sub=None),
    "of an unknown role": signed(role="KING"),
    "of a crew without a member": signed(role="CREW"),
    "of a dispatcher with a member": signed(member="m-1"),
    "with a number as member": signed(role="CREW", member=1),
    "not yet valid": signed(nbf=time.time() + 600),
    "no token at all": "abc",
    "empty": "",
    "of half a character": "a\ud800.b.c",
    "not of this alphabet": "中.中.中",
    "with a head without a bottom": f"{urlsafe_b64encode(b'[' * 2500).decode()}.e30.e30",
    "without end": signed(exp=float("inf")),
    "with a list of roles": signed(role=["ADMIN"]),
    "far too long": "a" * (LONGEST_TOKEN + 1),
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD.keys())
def test_no_other_token_is_taken(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        Tokens(SECRET).verify(token)


def test_a_token_that_was_good_is_refused_when_it_has_expired() -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue(Role.UPSTREAM, hours=1 / 3600)
    tokens.verify(token)

    time.sleep(1.1)

    with pytest.raises(UnauthenticatedError, match="expired"):
        tokens.verify(token)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_a_header_without_a_bearer_token_is_told_what_to_send(header: str | None) -> None:
    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer TOKEN"):
        bearer(header)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "  BEARER   abc  "])
def test_a_bearer_token_is_found_however_it_is_spaced(header: str) -> None:
    assert bearer(header) == "abc"
