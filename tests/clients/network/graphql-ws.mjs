// graphql-ws: a subscription, a question and a wrong question on one socket.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ASK, FOLLOW, WRONG, untilAcknowledged } from "./following.mjs";
import { headers, say, socketUrl } from "./gateway.mjs";

const client = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: headers,
  retryAttempts: 0,
  on: { closed: ({ code }) => say({ closed: code }) },
});

async function ask(query) {
  for await (const answer of client.iterate({ query })) return answer;
}

await untilAcknowledged((sink) => client.subscribe({ query: FOLLOW }, sink));
await ask(WRONG).catch((errors) => say({ errors }));
say({ answer: await ask(ASK) });
await client.dispose();
