"""Invariants of orders, kitchen, stock, days and the audit trail."""

from app.invariants.model import Invariant

WORK = (
    Invariant(
        number=8,
        name="stock on hand is the sum of its movements, and reserved of what is held",
        sql="""
        SELECT s.tenant_id, s.ingredient_id, format('on hand %s, moved %s; reserved %s, held %s',
          s.on_hand, m.moved, s.reserved, r.held)
        FROM stock s
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(quantity), 0) AS moved FROM movement m
          WHERE m.tenant_id = s.tenant_id AND m.location_id = s.location_id
            AND m.ingredient_id = s.ingredient_id) m
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(quantity), 0) AS held FROM reservation r
          WHERE r.tenant_id = s.tenant_id AND r.location_id = s.location_id
            AND r.ingredient_id = s.ingredient_id AND r.state = 'held') r
        WHERE s.on_hand <> m.moved OR s.reserved <> r.held
        """,
    ),
    Invariant(
        number=8,
        name="what was fired is depleted within 60 s",
        sql="""
        SELECT r.tenant_id, r.line_id, format('%s held since %s', r.quantity, r.made_at)
        FROM reservation r
        JOIN order_line l ON l.tenant_id = r.tenant_id AND l.id = r.line_id
        JOIN firing_line fl ON fl.tenant_id = l.tenant_id AND fl.line_id = l.id
        JOIN firing f ON f.tenant_id = fl.tenant_id AND f.id = fl.firing_id
        WHERE r.state = 'held' AND l.state NOT IN ('new', 'held')
          AND f.fired_at < now() - interval '60 s'
        """,
    ),
    Invariant(
        number=8,
        name="no effect waits for over 60 s",
        sql="""
        SELECT tenant_id, id, format('%s, %s attempts: %s', handler, attempts, error)
        FROM outbox WHERE done_at IS NULL AND seq IS NULL AND handler NOT LIKE 'payments.%'
          AND coalesce(not_before, created_at) < now() - interval '60 s'
        """,
    ),
    Invariant(
        number=9,
        name="a counted item is never sold past its count",
        sql="""
        SELECT tenant_id, id, format('%s left', counted_left) FROM availability
        WHERE counted_left < 0
        """,
    ),
    Invariant(
        number=10,
        name="each fired line has one ticket line a station, and each ticket line its line",
        sql="""
        WITH wanted AS (
          SELECT fl.tenant_id, fl.firing_id, fl.line_id, (s.id #>> '{}')::uuid AS station_id
          FROM firing_line fl
          JOIN order_line l ON l.tenant_id = fl.tenant_id AND l.id = fl.line_id
          CROSS JOIN LATERAL jsonb_array_elements(l.stations) AS s(id))
        SELECT coalesce(w.tenant_id, t.tenant_id), coalesce(w.line_id, t.line_id),
          CASE WHEN t.id IS NULL THEN 'not on a ticket of station ' || w.station_id
            ELSE 'on a ticket but not fired there' END
        FROM wanted w FULL JOIN ticket_line t ON t.tenant_id = w.tenant_id
          AND t.firing_id = w.firing_id AND t.line_id = w.line_id AND t.station_id = w.station_id
        WHERE t.id IS NULL OR w.line_id IS NULL
        """,
    ),
    Invariant(
        number=10,
        name="a location's changes are numbered without gap",
        sql="""
        SELECT c.tenant_id, c.location_id, format('counter %s, rows %s to %s: %s', c.value,
          o.first, o.last, o.rows)
        FROM location_counter c CROSS JOIN LATERAL (
          SELECT min(seq) AS first, max(seq) AS last, count(*) AS rows FROM outbox o
          WHERE o.tenant_id = c.tenant_id AND o.location_id = c.location_id
            AND o.seq IS NOT NULL) o
        WHERE c.kind = 'seq' AND (o.last <> c.value OR o.rows <> o.last - o.first + 1)
        """,
    ),
    Invariant(
        number=12,
        name="work refers to the business day that was open",
        sql="""
        SELECT d.tenant_id, x.id, format('%s at %s, day %s', x.what, x.at, d.date)
        FROM business_day d JOIN (
          SELECT tenant_id, id, business_day_id, opened_at AS at, 'order' AS what FROM orders
          UNION ALL SELECT tenant_id, id, business_day_id, created_at, 'payment' FROM payment
          UNION ALL SELECT tenant_id, id, business_day_id, created_at, 'refund' FROM refund
          UNION ALL SELECT tenant_id, id, business_day_id, issued_at, 'document'
            FROM fiscal_document) x ON x.tenant_id = d.tenant_id AND x.business_day_id = d.id
        WHERE x.at < d.opened_at - interval '5 s'
          OR x.at > coalesce(d.closed_at, 'infinity') + interval '5 s'
        """,
    ),
    Invariant(
        number=14,
        name="every change of an order raised its version by one",
        sql="""
        SELECT o.tenant_id, o.id, format('version %s, %s changes up to %s', o.version, c.rows,
          c.last)
        FROM orders o CROSS JOIN LATERAL (
          SELECT count(*) AS rows, max(version) AS last FROM order_change c
          WHERE c.tenant_id = o.tenant_id AND c.order_id = o.id) c
        WHERE c.rows <> o.version OR c.last <> o.version
        """,
    ),
    Invariant(
        number=15,
        name="every reference between tenants' rows carries the tenant",
        sql="""
        SELECT '00000000-0000-0000-0000-000000000000'::uuid, k.oid, k.conname || ' lacks tenant_id'
        FROM pg_constraint k WHERE k.contype = 'f'
          AND k.connamespace = 'public'::regnamespace
          AND k.conrelid::regclass::text NOT IN ('tenant_host', 'credential', 'factor')
          AND NOT EXISTS (SELECT 1 FROM unnest(k.conkey) n JOIN pg_attribute a
            ON a.attrelid = k.conrelid AND a.attnum = n AND a.attname = 'tenant_id')
        """,
    ),
    Invariant(
        number=16,
        name="each void of a fired line and each refund has its audit entry",
        sql="""
        SELECT l.tenant_id, l.id, 'void without an entry' FROM order_line l
        JOIN firing_line f ON f.tenant_id = l.tenant_id AND f.line_id = l.id
        WHERE l.state = 'voided' AND (
          SELECT count(*) FROM audit_entry a WHERE a.tenant_id = l.tenant_id
            AND a.subject_id IN (l.id, l.order_id)
            AND a.act IN ('order.void_fired', 'order.void_served', 'order.cancel')) <> 1
        UNION ALL
        SELECT r.tenant_id, r.id, 'refund without an entry' FROM refund r
        WHERE r.kind = 'refund' AND (
          SELECT count(*) FROM audit_entry a WHERE a.tenant_id = r.tenant_id
            AND a.act = 'payment.refund' AND a.after ->> 'refund' = r.id::text) <> 1
        """,
    ),
    Invariant(
        number=16,
        name="each correction of stock has its audit entry",
        sql="""
        SELECT m.tenant_id, m.ingredient_id, format('%s corrections, %s entries', m.rows, a.rows)
        FROM (SELECT tenant_id, location_id, ingredient_id, count(*) AS rows FROM movement
          WHERE cause = 'adjustment' GROUP BY 1, 2, 3) m
        CROSS JOIN LATERAL (SELECT count(*) AS rows FROM audit_entry a
          WHERE a.tenant_id = m.tenant_id AND a.subject_id = m.ingredient_id
            AND a.location_id = m.location_id AND a.act = 'inventory.adjust') a
        WHERE m.rows <> a.rows
        """,
    ),
    Invariant(
        number=16,
        name="no act is written down twice in its transaction",
        sql="""
        SELECT tenant_id, subject_id, format('%s, %s times', act, count(*)) FROM audit_entry
        GROUP BY tenant_id, transaction_id, act, subject_id, reason, before, after
        HAVING count(*) > 1
        """,
    ),
)
