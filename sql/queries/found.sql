-- $1 label code
SELECT revoked, device_kind, phase, phase_en, phase_nl, expected_on, in_repair FROM spoor.found($1);
