// What the peers read and write: prepared statements over a pool, and one set of loaders for each execution.
import DataLoader from 'dataloader';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 10 });
const names = new Map();

/** The rows of a statement, which each connection prepares once. */
async function fetch(text, values, client = pool) {
  if (!names.has(text)) names.set(text, `s${names.size}`);
  return (await client.query({ name: names.get(text), text, values })).rows;
}

const GROUP = 'SELECT id, key, state, expected_numbers AS "expectedNumbers" FROM peer.fusion_group';
const ORDER = `SELECT id, group_id, number, product, action, state, address, district, requirement,
  assurance_level AS "assuranceLevel" FROM peer.work_order`;
const TASK = 'SELECT id, group_id, state, address, district, starts_at, crew_id FROM peer.visit';
const ITEM = 'SELECT id, visit_id, order_id, state, claimant_id FROM peer.work_item';
const ITEM_COLUMNS = 'id, visit_id, order_id, state, claimant_id';

/** One row for each key. */
function one(statement, key = 'id') {
  return new DataLoader(async (keys) => {
    const rows = await fetch(`${statement} WHERE ${key} = ANY($1)`, [keys]);
    const found = new Map(rows.map((row) => [row[key], row]));
    return keys.map((each) => found.get(each) ?? null);
  });
}

/** The rows that belong to each key, in order. */
function many(statement, key, order) {
  return new DataLoader(async (keys) => {
    const found = new Map(keys.map((each) => [each, []]));
    const rows = await fetch(`${statement} WHERE ${key} = ANY($1) ORDER BY ${order}`, [keys]);
    for (const row of rows) found.get(row[key]).push(row);
    return keys.map((each) => found.get(each));
  });
}

export class Loaders {
  groups = one(GROUP);
  groupsByKey = one(GROUP, 'key');
  orders = one(ORDER);
  tasks = one(TASK);
  crews = one('SELECT id, district FROM peer.crew');
  members = one('SELECT id, name, phone FROM peer.member');
  ordersOfGroup = many(ORDER, 'group_id', 'seq');
  tasksOfGroup = many(TASK, 'group_id', 'seq');
  itemsOfTask = many(ITEM, 'visit_id', 'id');
  membersOfCrew = many('SELECT id, crew_id, name, phone FROM peer.member', 'crew_id', 'name, id');
}

/** The newest groups. */
export const page = (first) => fetch(`${GROUP} ORDER BY seq DESC LIMIT $1`, [first]);

/** Claim (by the first member) or release one item; the item, and whether anything changed. */
export async function change(id, claim) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const claimant = claim ? (await fetch('SELECT id FROM peer.member ORDER BY id LIMIT 1', [], client))[0].id : null;
    const [row] = await fetch(
      `UPDATE peer.work_item SET state = $2, claimant_id = $3 WHERE id = $1 AND state = $4 RETURNING ${ITEM_COLUMNS}`,
      [id, claim ? 'CLAIMED' : 'OPEN', claimant, claim ? 'OPEN' : 'CLAIMED'], client);
    if (row) await fetch('INSERT INTO peer.entry (kind, item_id) VALUES ($1, $2)', [claim ? 'C' : 'R', id], client);
    const item = row ?? (await fetch(`${ITEM} WHERE id = $1`, [id], client))[0];
    await client.query('COMMIT');
    return { item, changed: Boolean(row) };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** A group with all that an update shows of it, read once for all who follow it. */
export async function snapshot(id) {
  const loaders = new Loaders();
  const [group, orders, tasks] = await Promise.all(
    [loaders.groups.load(id), loaders.ordersOfGroup.load(id), loaders.tasksOfGroup.load(id)]);
  const filled = await Promise.all(tasks.map(async (task) => {
    const items = await loaders.itemsOfTask.load(task.id);
    return { ...task, items: await Promise.all(items.map(async (item) => (
      { ...item, claimant: item.claimant_id && await loaders.members.load(item.claimant_id) }))) };
  }));
  return { ...group, orders, tasks: filled };
}
