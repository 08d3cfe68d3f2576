-- $1 party: the events of which values would be erased
SELECT e.event_id, e.tags FROM spoor.erasable($1::uuid) e;
