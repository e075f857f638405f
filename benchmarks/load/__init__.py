"""Clients which cost little themselves: raw bytes over asyncio protocols, in this process."""
