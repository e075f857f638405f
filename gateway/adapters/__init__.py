"""Other systems over HTTP: each adapter fulfils a port of ``domain`` and knows nothing else of the gateway."""
