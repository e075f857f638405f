"""Other GraphQL servers with a slice of the contract: the same documents, database and groups."""
