-- $1 party: the events of which values would be erased, in order, and the ledger's next seq; one row without an event where there is none
SELECT e.event_id, e.tags, e.rest, h.next_seq AS seen FROM spoor.ledger_head h LEFT JOIN spoor.erasable($1::uuid) e ON true ORDER BY e.seq;
