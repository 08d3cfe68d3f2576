-- how many events of devices there are
SELECT h.next_seq - (SELECT count(*) FROM spoor.notice) AS events FROM spoor.ledger_head h;
