// One set of resolvers for all Node peers: a field that an event already holds is shown, any other is loaded.
import { readFileSync } from 'node:fs';
import { Loaders, change, page, snapshot } from './database.js';
import { follow, isFollowed, publish } from './feeds.js';

export const typeDefs = readFileSync(new URL('slice.graphql', import.meta.url), 'utf8');
export const context = () => ({ loaders: new Loaders() });

const where = (row) => ({ text: row.address, district: row.district && { code: row.district } });
const placed = (row) => row.district && { code: row.district };
let revision = 0;

async function changed(id, claim, { loaders }) {
  const done = await change(id, claim);
  const task = await loaders.tasks.load(done.item.visit_id);
  if (done.changed && isFollowed(task.group_id)) {
    const group = await snapshot(task.group_id);
    const kind = claim ? 'ITEM_CLAIMED' : 'ITEM_RELEASED';
    const own = group.tasks.find((each) => each.id === task.id);
    revision += 1;
    publish(group.id, { groupUpdates: { cursor: `c${revision}`, kind, revision, group, task: own } });
  }
  return done;
}

export const resolvers = {
  Query: {
    fusionGroup: (_, { key }, { loaders }) => loaders.groupsByKey.load(key),
    fusionGroups: async (_, { first }) => ({ edges: (await page(first ?? 50)).map((node) => ({ node })) }),
  },
  Mutation: {
    async claimWorkItem(_, { input }, context) {
      const { item, changed: done } = await changed(input.itemId, true, context);
      return { __typename: done ? 'WorkItemClaimed' : 'AlreadyClaimed', item };
    },
    async releaseWorkItem(_, { input }, context) {
      const { item, changed: done } = await changed(input.itemId, false, context);
      return { __typename: done ? 'WorkItemReleased' : 'NotClaimed', item };
    },
  },
  Subscription: {
    groupUpdates: {
      async subscribe(_, { key }, { loaders }) {
        return follow((await loaders.groupsByKey.load(key)).id);
      },
    },
  },
  FusionGroup: {
    orders: (group, _, { loaders }) => group.orders ?? loaders.ordersOfGroup.load(group.id),
    tasks: (group, _, { loaders }) => group.tasks ?? loaders.tasksOfGroup.load(group.id),
  },
  Order: { product: (order) => ({ code: order.product }), address: where },
  Task: {
    address: where,
    district: placed,
    appointment: (task) => task.starts_at && { startsAt: task.starts_at },
    crew: (task, _, { loaders }) => task.crew_id && loaders.crews.load(task.crew_id),
    items: (task, _, { loaders }) => task.items ?? loaders.itemsOfTask.load(task.id),
  },
  Crew: {
    district: placed,
    members: (crew, _, { loaders }) => loaders.membersOfCrew.load(crew.id),
  },
  WorkItem: {
    claimant(item, _, { loaders }) {
      if (item.claimant !== undefined) return item.claimant;
      return item.claimant_id && loaders.members.load(item.claimant_id);
    },
    order: (item, _, { loaders }) => loaders.orders.load(item.order_id),
    task: (item, _, { loaders }) => loaders.tasks.load(item.visit_id),
  },
};
