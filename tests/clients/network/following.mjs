// What every client does here: follow the updates, and after the one that is waited for ask a question.
import { say } from "./gateway.mjs";

export const FOLLOW = "subscription Follow($after: Cursor) { updates(after: $after) { cursor kind group { key } } }";
export const ASK = "query Ask { viewer { role } }";
export const WRONG = "query Wrong { nothing }";

/** Takes results until an order was acknowledged; tells the test each update. */
export function untilAcknowledged(subscribe) {
  return new Promise((resolve, reject) => {
    const stop = subscribe({
      next({ data, errors }) {
        if (errors?.length) return reject(new Error(JSON.stringify(errors)));
        say({ update: data.updates });
        if (data.updates.kind === "ORDER_ACKNOWLEDGED") resolve(stop());
      },
      error: reject,
      complete: () => reject(new Error("the subscription completed by itself")),
    });
  });
}
