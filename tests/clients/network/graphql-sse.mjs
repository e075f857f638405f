// graphql-sse, distinct connections: a subscription, a question, and a wrong question.
import { createClient } from "graphql-sse";
import { ASK, FOLLOW, WRONG, untilAcknowledged } from "./following.mjs";
import { headers, say, url } from "./gateway.mjs";

const client = createClient({ url, headers, retryAttempts: 0 });

async function ask(query) {
  for await (const answer of client.iterate({ query })) return answer;
}

await untilAcknowledged((sink) => client.subscribe({ query: FOLLOW }, sink));
say({ errors: (await ask(WRONG)).errors });
say({ answer: await ask(ASK) });
client.dispose();
