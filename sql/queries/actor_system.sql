-- the actor of the command line
SELECT id FROM spoor.actor WHERE kind = 'system' ORDER BY name LIMIT 1;
