// The audit of GraphQL over HTTP in the npm package graphql-http: prints one line of JSON for each check.
import { auditServer } from "graphql-http";
import { say, token, url } from "./gateway.mjs";

const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

for (const { id, name, status, reason } of await auditServer({ url, fetchFn })) {
  say({ check: { id, name, status, reason } });
}
