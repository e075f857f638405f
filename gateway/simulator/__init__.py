"""A network management system to try the gateway with: a real HTTP server, kept to a script (``onevisit nms``)."""
