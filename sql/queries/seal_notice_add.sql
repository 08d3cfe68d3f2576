-- $1 type, $2 verifier key, $3 incident, $4 from size, $5 to size
SELECT spoor.add_notice($1::smallint, $2, $3::smallint, $4::bigint, $5::bigint) AS seq;
