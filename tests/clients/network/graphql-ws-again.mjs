// graphql-ws: a socket that is closed is opened again with a fresh token, and goes on behind the last cursor.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { FOLLOW } from "./following.mjs";
import { headers, say, socketUrl } from "./gateway.mjs";

const tokens = [process.env.SHORT_TOKEN];
const variables = {};
const client = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: () => (tokens.length ? { authorization: `Bearer ${tokens.shift()}` } : headers),
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: { closed: ({ code }) => say({ closed: code }), connected: () => say({ connected: true }) },
});

client.subscribe(
  { query: FOLLOW, variables },
  {
    next({ data }) {
      say({ update: data.updates });
      variables.after = data.updates.cursor;
      if (data.updates.kind === "ORDER_ACKNOWLEDGED") process.exit(0);
    },
    error(error) {
      say({ error: String(error) });
      process.exit(1);
    },
    complete() {},
  },
);
