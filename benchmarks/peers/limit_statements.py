"""One hand-written statement for each kind of work, which answers with the whole JSON.

All of them are put together from the constants of this file alone.
"""
# ruff: noqa: S608 - as it says

from __future__ import annotations

from typing import Final

ADDRESS: Final = "json_build_object('text', {0}.address, 'district', json_build_object('code', {0}.district))"
APPOINTMENT: Final = "CASE WHEN t.starts_at IS NOT NULL THEN json_build_object('startsAt', t.starts_at) END"
CLAIMANT: Final = """(SELECT json_build_object('name', m.name, 'phone', m.phone)
  FROM peer.member m WHERE m.id = i.claimant_id)"""
CLAIMANTS: Final = f"""(SELECT json_agg(json_build_object('claimant', {CLAIMANT}) ORDER BY i.id)
  FROM peer.work_item i WHERE i.visit_id = t.id)"""
ORDER: Final = """'id', o.id, 'number', o.number, 'product', json_build_object('code', o.product),
  'action', o.action, 'state', o.state"""
OWN: Final = "'id', g.id, 'key', g.key, 'state', g.state, 'expectedNumbers', g.expected_numbers"


def _orders(fields: str) -> str:
    return f"""(SELECT json_agg(json_build_object({fields}) ORDER BY o.seq)
      FROM peer.work_order o WHERE o.group_id = g.id)"""


def _tasks(fields: str) -> str:
    return f"""(SELECT json_agg(json_build_object({fields}) ORDER BY t.seq)
      FROM peer.visit t WHERE t.group_id = g.id)"""


MEMBERS: Final = """(SELECT json_agg(json_build_object('name', m.name, 'phone', m.phone) ORDER BY m.name, m.id)
  FROM peer.member m WHERE m.crew_id = c.id)"""
ITEMS: Final = f"""(SELECT json_agg(json_build_object('id', i.id, 'claimant', {CLAIMANT},
    'order', (SELECT json_build_object('id', o.id, 'number', o.number)
      FROM peer.work_order o WHERE o.id = i.order_id)) ORDER BY i.id)
  FROM peer.work_item i WHERE i.visit_id = t.id)"""
FULL_ORDER: Final = f"""{ORDER}, 'address', {ADDRESS.format("o")}, 'requirement', o.requirement"""
FULL_TASK: Final = f"""'id', t.id, 'state', t.state, 'address', json_build_object('text', t.address),
  'district', json_build_object('code', t.district), 'appointment', {APPOINTMENT},
  'crew', (SELECT json_build_object('id', c.id, 'district', json_build_object('code', c.district), 'members', {MEMBERS})
    FROM peer.crew c WHERE c.id = t.crew_id), 'items', {ITEMS}"""
SHORT_TASK: Final = f"""'id', t.id, 'state', t.state, 'district', json_build_object('code', t.district),
  'appointment', {APPOINTMENT},
  'crew', (SELECT json_build_object('id', c.id, 'district', json_build_object('code', c.district))
    FROM peer.crew c WHERE c.id = t.crew_id), 'items', {CLAIMANTS}"""
CHANGED_TASK: Final = f"""'id', t.id, 'state', t.state, 'address', json_build_object('text', t.address),
  'district', json_build_object('code', t.district), 'appointment', {APPOINTMENT}, 'items', {CLAIMANTS}"""

GROUP: Final = f"""SELECT json_build_object('data', json_build_object('fusionGroup', json_build_object({OWN},
  'orders', {_orders(FULL_ORDER + ", 'assuranceLevel', o.assurance_level")}, 'tasks', {_tasks(FULL_TASK)})))::text
  FROM peer.fusion_group g WHERE g.key = $1"""

PAGE: Final = f"""SELECT json_build_object('data', json_build_object('fusionGroups', json_build_object('edges',
  (SELECT json_agg(json_build_object('node', json_build_object({OWN}, 'orders', {_orders(ORDER)},
    'tasks', {_tasks(SHORT_TASK)}))) FROM (SELECT * FROM peer.fusion_group ORDER BY seq DESC LIMIT $1) g))))::text"""

UPDATE: Final = f"""SELECT g.id, json_build_object('cursor', 'c1', 'kind', $2::text, 'revision', 1,
    'task', json_build_object('id', v.id, 'state', v.state, 'address', json_build_object('text', v.address),
      'district', json_build_object('code', v.district), 'items', {CLAIMANTS.replace("t.id", "v.id")}),
    'group', json_build_object({OWN}, 'orders', {_orders(FULL_ORDER)}, 'tasks', {_tasks(CHANGED_TASK)}))::text AS body
  FROM peer.visit v JOIN peer.fusion_group g ON g.id = v.group_id WHERE v.id = $1"""

CHANGE: Final = """WITH first AS (SELECT id, name, phone FROM peer.member ORDER BY id LIMIT 1),
  changed AS (UPDATE peer.work_item SET state = $2,
    claimant_id = CASE WHEN $2 = 'CLAIMED' THEN (SELECT id FROM first) END
    WHERE id = $1 AND state <> $2 RETURNING *),
  entry AS (INSERT INTO peer.entry (kind, item_id) SELECT left($2, 1), id FROM changed)
  SELECT c.visit_id, v.group_id, json_build_object('id', c.id, 'state', c.state,
    'claimant', (SELECT json_build_object('name', name, 'phone', phone) FROM first WHERE id = c.claimant_id),
    'task', json_build_object('crew', json_build_object('id', v.crew_id)))::text AS body
  FROM changed c JOIN peer.visit v ON v.id = c.visit_id"""
FOLLOWED: Final = "SELECT id FROM peer.fusion_group WHERE key = $1"
