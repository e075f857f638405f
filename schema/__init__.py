"""The public GraphQL schema: types, inputs and payloads, without resolvers."""
