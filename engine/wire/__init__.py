"""Transports which know no order and no schema: HTTP, sockets, server-sent events and multipart streams."""
