// Where the gateway is and who asks, as the test that runs a script says it.
export const url = process.env.GATEWAY_URL;
export const socketUrl = url?.replace(/^http/, "ws");
export const token = process.env.GATEWAY_TOKEN;
export const headers = { authorization: `Bearer ${token}` };

/** Tells the test something, as one line of JSON. */
export function say(what) {
  console.log(JSON.stringify(what));
}
