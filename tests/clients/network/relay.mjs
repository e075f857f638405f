// Relay's network layer: what an environment is given, asked as the runtime asks it, documents by their identifier too.
import relay from "relay-runtime";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ASK, FOLLOW, WRONG, untilAcknowledged } from "./following.mjs";
import { headers, say, socketUrl, url } from "./gateway.mjs";

const { Environment, Network, Observable, RecordSource, Store } = relay;
const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
const accept = "application/graphql-response+json, application/json;q=0.9";

const asked = ({ id, text }, variables) => ({ ...(id ? { documentId: id } : { query: text }), variables });

async function fetchQuery(params, variables) {
  const body = JSON.stringify(asked(params, variables));
  const answer = await fetch(url, { method: "POST", headers: { ...headers, accept, "content-type": "application/json" }, body });
  return answer.json();
}

function follow(params, variables) {
  return Observable.create((sink) => socket.subscribe(asked(params, variables), sink));
}

const environment = new Environment({ network: Network.create(fetchQuery, follow), store: new Store(new RecordSource()) });
const network = environment.getNetwork();

function params(operationKind, name, { text = null, id = null }) {
  return { name, operationKind, text, id, cacheID: name, metadata: {} };
}

await untilAcknowledged((sink) => {
  const subscription = network.execute(params("subscription", "Follow", { text: FOLLOW }), {}, {}).subscribe(sink);
  return () => subscription.unsubscribe();
});
const wrong = params("query", "Wrong", { text: WRONG });
await network.execute(wrong, {}, {}).toPromise().then(({ errors }) => say({ errors }));
say({ answer: await network.execute(params("query", "Ask", { text: ASK }), {}, {}).toPromise() });
const known = params("query", "Known", { id: process.env.KNOWN_DOCUMENT });
say({ known: await network.execute(known, {}, {}).toPromise() });
await socket.dispose();
