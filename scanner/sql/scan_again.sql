-- what needed attention is offered to the server once more
UPDATE scan SET attention = NULL WHERE attention IS NOT NULL;
