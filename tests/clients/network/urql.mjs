// urql: subscriptions as server-sent events, read by urql itself or by graphql-sse; questions beside them.
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import { ASK, FOLLOW, WRONG, untilAcknowledged } from "./following.mjs";
import { headers, say, url } from "./gateway.mjs";

// In node, urql leaves the rejection that its own abort causes to nobody.
process.on("unhandledRejection", (error) => {
  if (error?.name !== "AbortError") throw error;
});

const events = createClient({ url, headers, retryAttempts: 0 });
const forwarded = subscriptionExchange({
  forwardSubscription: ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: events.subscribe({ query, variables }, sink) }),
  }),
});
const itself = process.argv[2] === "itself";
const client = new Client({
  url,
  fetchOptions: { headers },
  fetchSubscriptions: itself,
  preferGetMethod: false,
  exchanges: itself ? [fetchExchange] : [forwarded, fetchExchange],
});

await untilAcknowledged((sink) => {
  const next = ({ data, error }) => (error ? sink.error(error) : sink.next({ data }));
  const { unsubscribe } = client.subscription(FOLLOW, {}).subscribe(next);
  return unsubscribe;
});
say({ errors: (await client.query(WRONG, {})).error.graphQLErrors });
say({ answer: await client.query(ASK, {}).then(({ data, error }) => ({ data, error: error?.message })) });
process.exit(0);
