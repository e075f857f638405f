"""The running service: application, command line, settings, authorisation."""
