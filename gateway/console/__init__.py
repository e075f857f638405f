"""The pages which the gateway serves to a browser: GraphiQL, built from npm packages, offline."""
