"""The office of the resolvers' tests, for doors of the gateway that serve what it holds."""

from tests.resolvers.conftest import office, people

__all__ = ["office", "people"]
