-- The original service's clicks become events and keep their ids. An ip that is not an address is
-- kept as text.

DO $$
DECLARE
    v_day timestamptz;
BEGIN
    IF to_regclass('before_clicks') IS NULL THEN
        RETURN;
    END IF;
    PERFORM make_partition(w.parent, w.is_late, w.day)
    FROM wanted_partitions((now() AT TIME ZONE 'UTC')::date) AS w WHERE w.parent = 'events' AND NOT w.is_late;

    INSERT INTO events (id, occurred_at, received_at, ad_id, playback_ms, kind, ip, ip_text)
    SELECT id, at, at, ad_id, video_playback_time * 1000::bigint, 'click', parsed,
           CASE WHEN host(parsed) IS DISTINCT FROM ip THEN ip END
    FROM (SELECT *, inet_or_null(ip) AS parsed, "timestamp"::timestamp AT TIME ZONE 'UTC' AS at
          FROM before_clicks) AS c ORDER BY at;
    PERFORM setval('events_id_seq', greatest((SELECT max(id) FROM events), 1));

    FOR v_day IN SELECT DISTINCT bucket_start('1 day', occurred_at) FROM events WHERE isfinite(occurred_at) LOOP
        PERFORM add_counts(0::smallint, 0, 'infinity', count_events(ROW(
            NULL, array_agg(0::smallint), array_agg(verdict), NULL, array_agg(ad_id), array_agg(detail),
            array_agg(quantity), NULL, array_agg(occurred_at), array_agg(playback_ms), NULL, NULL,
            array_agg(placement_id), NULL)::event_columns))
        FROM events WHERE NOT late AND occurred_at >= v_day AND occurred_at < v_day + interval '24 hours';
    END LOOP;

    DROP TABLE before_clicks;
END
$$;
