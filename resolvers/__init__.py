"""Query, Mutation and Subscription: from the schema to the rules and back."""
