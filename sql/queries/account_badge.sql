-- $1 login, $2 code of a label
SELECT spoor.give_badge($1, $2) AS name;
