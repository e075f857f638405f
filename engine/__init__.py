"""GraphQL without the trade: what a field is, and how documents are run."""
