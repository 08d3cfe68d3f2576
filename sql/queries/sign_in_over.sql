-- $1, $2 what is counted, $3, $4 as sign_in_begin.sql gave them, $5 whether the password was right
SELECT spoor.sign_in_over(array_remove(ARRAY[$1, $2]::text[], ''), $3::timestamptz, $4::timestamptz[], $5::boolean) AS failures;
