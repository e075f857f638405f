"""The public schema: types, descriptions, and what a field is. Importing it registers the trade's words first."""

from schema import enums

__all__ = ["enums"]
