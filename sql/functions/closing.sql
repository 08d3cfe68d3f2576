-- When a repair closes by itself: 5 working days (Monday to Friday) after it was returned, at the same time of day in the site's
-- zone. Five working days are a week, but from a weekend they end on the Friday after it.
CREATE OR REPLACE FUNCTION spoor.closes_at(returned timestamptz, zone text)
RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ((returned AT TIME ZONE zone) + CASE extract(isodow FROM returned AT TIME ZONE zone)
        WHEN 6 THEN interval '6 days' WHEN 7 THEN interval '5 days' ELSE interval '7 days' END) AT TIME ZONE zone;
$$;
