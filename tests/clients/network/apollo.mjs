// Apollo Client: subscriptions by multipart or over a socket, questions by automatic persisted queries.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { OperationTypeNode } from "graphql";
import WebSocket from "ws";
import { ASK, FOLLOW, WRONG, untilAcknowledged } from "./following.mjs";
import { headers, say, socketUrl, url } from "./gateway.mjs";

const sent = [];
const watched = (address, options) => {
  sent.push({ accept: new Headers(options.headers).get("accept"), ...(options.body ? JSON.parse(options.body) : {}) });
  return fetch(address, options);
};
const http = new HttpLink({ uri: url, headers, fetch: watched });
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
const following = process.argv[2] === "socket" ? new GraphQLWsLink(socket) : http;
const asking = new PersistedQueryLink({ sha256 }).concat(http);
const link = ApolloLink.split(
  ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
  following,
  asking,
);
const client = new ApolloClient({ link, cache: new InMemoryCache() });

await untilAcknowledged((sink) => {
  const subscription = client.subscribe({ query: gql(FOLLOW) }).subscribe(sink);
  return () => subscription.unsubscribe();
});
await client.query({ query: gql(WRONG) }).catch((error) => say({ errors: error.errors ?? [{ message: error.message }] }));
sent.length = 0;
for (let turn = 0; turn < 2; turn += 1) {
  say({ answer: await client.query({ query: gql(ASK), fetchPolicy: "network-only" }) });
}
say({ sent: sent.map(({ query, extensions }) => [Boolean(query), Boolean(extensions?.persistedQuery)]) });
await socket.dispose();
process.exit(0);
