"""Invariants of bills, payments, documents and the ledger."""

from app.invariants.model import Invariant

_PAID = """
  SELECT p.tenant_id, p.bill_id,
    coalesce(sum(p.amount_minor)
      FILTER (WHERE p.state IN ('authorised', 'capturing', 'captured')), 0)
      - coalesce(sum(r.reversed), 0) AS paid,
    coalesce(sum(p.amount_minor) FILTER (WHERE p.state IN ('sending', 'unknown')), 0) AS under_way
  FROM payment p LEFT JOIN LATERAL (
    SELECT sum(amount_minor) AS reversed FROM refund r
    WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id AND r.kind = 'reversal'
      AND r.state <> 'cancelled') r ON true
  GROUP BY p.tenant_id, p.bill_id
"""

MONEY = (
    Invariant(
        number=1,
        name="one currency an order",
        sql="""
        SELECT o.tenant_id, o.id, 'payment or document in ' || x.currency
        FROM orders o JOIN (
          SELECT tenant_id, order_id, currency FROM payment
          UNION ALL SELECT tenant_id, order_id, currency FROM fiscal_document) x
          ON x.tenant_id = o.tenant_id AND x.order_id = o.id
        WHERE x.currency <> o.currency
        """,
    ),
    Invariant(
        number=2,
        name="a bill is settled exactly when it is paid, and never overpaid",
        sql=f"""
        SELECT b.tenant_id, b.id,
          format('%s: total %s, paid %s, by its payments %s, under way %s, by its payments %s',
            b.state, b.total_minor, b.paid_minor, coalesce(p.paid, 0), b.under_way_minor,
            coalesce(p.under_way, 0))
        FROM bill b LEFT JOIN ({_PAID}) p ON p.tenant_id = b.tenant_id AND p.bill_id = b.id
        WHERE b.paid_minor > b.total_minor
          OR (b.state = 'settled') <> (b.state <> 'void' AND b.paid_minor = b.total_minor
            AND (b.total_minor > 0 OR b.settled_at IS NOT NULL))
          OR b.paid_minor <> coalesce(p.paid, 0)
          OR b.under_way_minor <> coalesce(p.under_way, 0)
        """,
    ),
    Invariant(
        number=3,
        name="refunds never exceed what was captured",
        sql="""
        SELECT p.tenant_id, p.id, format('%s refunded of %s', sum(r.amount_minor), p.amount_minor)
        FROM payment p JOIN refund r ON r.tenant_id = p.tenant_id AND r.payment_id = p.id
        WHERE r.state NOT IN ('failed', 'cancelled')
        GROUP BY p.tenant_id, p.id, p.amount_minor, p.state
        HAVING sum(r.amount_minor) > CASE WHEN p.state = 'captured' THEN p.amount_minor ELSE 0 END
        """,
    ),
    Invariant(
        number=4,
        name="every journal entry sums to zero",
        sql="""
        SELECT e.tenant_id, e.id, format('%s off by %s', e.cause, sum(l.amount_minor))
        FROM journal_entry e JOIN journal_line l
          ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        GROUP BY e.tenant_id, e.id, e.cause HAVING sum(l.amount_minor) <> 0
        """,
    ),
    Invariant(
        number=4,
        name="each sale, payment and refund has one journal entry, and each entry its cause",
        sql="""
        WITH causes AS (
          SELECT tenant_id, id, 'sale' AS cause FROM fiscal_document WHERE kind = 'sale'
          UNION ALL SELECT tenant_id, id, 'payment' FROM payment WHERE state = 'captured'
          UNION ALL SELECT tenant_id, id, 'refund' FROM refund WHERE state = 'done')
        SELECT coalesce(c.tenant_id, e.tenant_id), coalesce(c.id, e.id),
          CASE WHEN e.id IS NULL THEN c.cause || ' without an entry'
            ELSE 'entry without its ' || e.cause END
        FROM causes c FULL JOIN journal_entry e
          ON e.tenant_id = c.tenant_id AND e.cause_id = c.id AND e.cause = c.cause
        WHERE e.id IS NULL OR c.id IS NULL
        """,
    ),
    Invariant(
        number=4,
        name="receivable is what issued bills still owe",
        sql="""
        WITH posted AS (
          SELECT e.tenant_id, coalesce(d.bill_id, p.bill_id, rp.bill_id) AS bill_id,
            sum(l.amount_minor) AS receivable
          FROM journal_entry e
          JOIN journal_line l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
            AND l.account = 'receivable'
          LEFT JOIN fiscal_document d ON d.tenant_id = e.tenant_id AND d.id = e.cause_id
          LEFT JOIN payment p ON p.tenant_id = e.tenant_id AND p.id = e.cause_id
          LEFT JOIN refund r ON r.tenant_id = e.tenant_id AND r.id = e.cause_id
          LEFT JOIN payment rp ON rp.tenant_id = r.tenant_id AND rp.id = r.payment_id
          GROUP BY 1, 2)
        SELECT b.tenant_id, b.id,
          format('receivable %s, owed %s', coalesce(x.receivable, 0), s.total - b.paid_minor)
        FROM bill b LEFT JOIN posted x ON x.tenant_id = b.tenant_id AND x.bill_id = b.id
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(d.total_minor), 0) AS total FROM fiscal_document d
          WHERE d.tenant_id = b.tenant_id AND d.bill_id = b.id AND d.kind = 'sale') s
        WHERE coalesce(x.receivable, 0) <> s.total - b.paid_minor
          AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.tenant_id = b.tenant_id
            AND p.bill_id = b.id AND p.state IN ('authorised', 'capturing'))
          AND NOT EXISTS (SELECT 1 FROM payment p JOIN refund r
            ON r.tenant_id = p.tenant_id AND r.payment_id = p.id
            WHERE p.tenant_id = b.tenant_id AND p.bill_id = b.id AND r.kind = 'reversal'
              AND r.state NOT IN ('done', 'cancelled'))
        """,
    ),
    Invariant(
        number=7,
        name="a bill equals the sum of its lines",
        sql="""
        WITH sums AS (
          SELECT bl.tenant_id, bl.bill_id, sum(l.net_minor) AS net,
            sum(l.gross_minor - l.discount_minor) AS gross, sum(t.outside) AS outside
          FROM bill_line bl
          JOIN order_line l ON l.tenant_id = bl.tenant_id AND l.id = bl.line_id
            AND l.state <> 'voided'
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount_minor) FILTER (WHERE NOT inclusive), 0) AS outside
            FROM line_tax t WHERE t.tenant_id = l.tenant_id AND t.line_id = l.id) t
          GROUP BY bl.tenant_id, bl.bill_id)
        SELECT b.tenant_id, b.id, format('total %s, its lines %s', b.total_minor,
          coalesce(s.gross + s.outside, 0))
        FROM bill b LEFT JOIN sums s ON s.tenant_id = b.tenant_id AND s.bill_id = b.id
        WHERE b.state <> 'void' AND (b.total_minor <> coalesce(s.gross + s.outside, 0)
          OR b.net_minor <> coalesce(s.net, 0))
        """,
    ),
    Invariant(
        number=7,
        name="a line equals quantity times price, and its net plus inclusive tax its gross",
        sql="""
        SELECT l.tenant_id, l.id, format('gross %s, net %s, inclusive tax %s', l.gross_minor,
          l.net_minor, t.inside)
        FROM order_line l
        JOIN location o ON o.tenant_id = l.tenant_id AND o.id = l.location_id
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(amount_minor) FILTER (WHERE inclusive), 0) AS inside
          FROM line_tax t WHERE t.tenant_id = l.tenant_id AND t.line_id = l.id) t
        WHERE l.state <> 'voided' AND (
          l.net_minor + t.inside <> l.gross_minor - l.discount_minor
          OR (o.rounding_mode = 'half_up'
            AND l.gross_minor <> round(l.quantity * (l.unit_price_minor + l.modifiers_minor))))
        """,
    ),
    Invariant(
        number=13,
        name="fiscal documents are numbered without gap or repeat",
        sql="""
        SELECT tenant_id, register_id, format('series %s: %s documents, numbers %s to %s',
          series, count(*), min(number), max(number))
        FROM fiscal_document GROUP BY tenant_id, register_id, series
        HAVING min(number) <> 1 OR max(number) <> count(*)
        """,
    ),
)
