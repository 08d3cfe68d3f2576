-- how many events there are
SELECT next_seq AS events FROM spoor.ledger_head;
