"""The simulated card terminal: a process of its own with its own ledger, spoken to over HTTP.

It stands where a bank's terminal stands, so that payments meet real sockets, real time-outs and
money that was taken without an answer. It imports nothing else of the application. Start it with
`python -m app.terminal --host 127.0.0.1 --port N --data-dir DIR`; port 0 takes any free port and
prints it as one line. SIGTERM and SIGINT stop it gracefully.

Bodies and answers are JSON objects. Amounts are minor units, times are UTC. A *charge* is
`{reference, state, amount_minor, currency, brand, last4, reason, at, refunded_minor}` with state
`captured`, `declined`, `cancelled` or `voided`; a *refund* is
`{reference, charge_reference, amount_minor, at}`. Each reference is chosen by the caller, 1 to
100 printable characters; its outcome is written to disk before it is answered.

    POST /charges {reference, amount_minor, currency}
        200 charge (captured or declined). A repeat with the same amount gets the first outcome.
        409 cancelled, with the charge: the reference was fenced. 422 reference_reused: the
        reference stands for another amount or currency.
    GET  /charges/<reference>          200 charge | 404. 404 does not promise that no charge is
                                       on its way: only cancel does.
    GET  /charges?prefix=P             200 {charges: [charge]} in the order they were made
    POST /charges/<reference>/cancel   {void_captured: false}
        Not charged yet: recorded as cancelled (amount 0, currency and card ""), a charge that
        arrives later is refused. Declined, cancelled, voided: 200, nothing changes. Captured:
        voided when void_captured is true and nothing was refunded, otherwise 409 captured with
        the charge.
    POST /refunds {reference, charge_reference, amount_minor}
        200 refund; a repeat gets the first one. 404 charge_unknown, 409 not_captured,
        409 refund_declined (a behaviour, not recorded), 422 over_charge (refunds would exceed
        the charge), 422 reference_reused.
    GET  /refunds/<reference>          200 refund | 404
    POST /behaviour {mode, count, seconds, prefix, on}
        What the next `count` new charges do (null: until told otherwise); `prefix` limits it to
        references that begin so, the longest matching prefix wins; `on` is charge (unless said)
        or refund. Kept in memory only; a restarted terminal approves.
    GET  /behaviour                    200 {behaviours: [...]}, those not used up; none: approve
    GET  /                             the same for a person: ledger, and a form for the behaviour

An error is `{error: code, charge?: charge}`; 400 means that the request itself was malformed and
that nothing happened. JSON requests must say `Content-Type: application/json`.

Modes of behaviour (with `on: refund`, capturing means refunding):

    approve             capture and answer
    decline             record a declined charge and answer
    slow                wait `seconds` (3), then capture and answer
    hang                wait `seconds` (120, at most 120), then capture and answer: longer than
                        any client should wait. Others are served meanwhile, cancel included
    twice               capture once, write the complete answer twice, close the connection. A
                        client that reuses connections takes the second for the next answer
    drop_after_charge   capture, then reset the connection without an answer
    error_after_charge  capture, then answer 500

A behaviour belongs to the reference that drew it: repeats that arrive while the outcome is open
get the same one, and once it is recorded they are answered at once.
"""
