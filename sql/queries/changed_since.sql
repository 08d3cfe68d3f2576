-- $1 mark_now of the look before, NULL at the first: what stands on public pages and was touched by events since
SELECT mark_now, things FROM spoor.changed_since($1::bigint);
