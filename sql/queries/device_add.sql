-- $1 JSON object
SELECT spoor.add_device($1::jsonb) AS id;
