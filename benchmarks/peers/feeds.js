// Who follows which topic in this process.
const followers = new Map();

export const isFollowed = (topic) => followers.has(topic);

export function publish(topic, event) {
  for (const push of followers.get(topic) ?? []) push(event);
}

/** The events of a topic from now on, until the reader returns. */
export function follow(topic) {
  const queue = [];
  let wake = null;
  let over = false;
  const push = (event) => {
    if (wake) { wake({ value: event, done: false }); wake = null; } else queue.push(event);
  };
  const all = followers.get(topic) ?? new Set();
  followers.set(topic, all.add(push));
  return {
    next() {
      if (over) return Promise.resolve({ value: undefined, done: true });
      if (queue.length) return Promise.resolve({ value: queue.shift(), done: false });
      return new Promise((resolve) => { wake = resolve; });
    },
    return() {
      over = true;
      all.delete(push);
      if (!all.size) followers.delete(topic);
      if (wake) { wake({ value: undefined, done: true }); wake = null; }
      return Promise.resolve({ value: undefined, done: true });
    },
    throw(error) { return Promise.reject(error); },
    [Symbol.asyncIterator]() { return this; },
  };
}
