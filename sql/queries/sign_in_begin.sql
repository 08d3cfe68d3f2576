-- $1, $2 what is counted ("": nothing); seconds that it still has to wait, what sign_in_over.sql wants back
SELECT seconds, began::text, before::text FROM spoor.sign_in_begin(array_remove(ARRAY[$1, $2]::text[], ''));
