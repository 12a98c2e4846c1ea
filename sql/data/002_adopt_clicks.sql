-- The original service's clicks become events and keep their ids. An ip that is not an address is
-- kept as text.

DO $$
BEGIN
    IF to_regclass('original_clicks') IS NULL THEN
        RETURN;
    END IF;
    PERFORM create_day_partitions('events', 'occurred_at', (now() AT TIME ZONE 'UTC')::date, 8);

    INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
    SELECT id, "timestamp"::timestamp AT TIME ZONE 'UTC', ad_id, video_playback_time, 'click',
           parsed, CASE WHEN host(parsed) IS DISTINCT FROM ip THEN ip END
    FROM (SELECT *, inet_or_null(ip) AS parsed FROM original_clicks) AS c ORDER BY "timestamp";
    PERFORM setval('events_id_seq', greatest((SELECT max(id) FROM events), 1));

    PERFORM add_to_counts(0, array_agg(minute), array_agg(ad_id), array_agg(kind), array_agg(n),
                          array_agg(seconds))
    FROM (SELECT bucket_start('1 minute', occurred_at) AS minute, ad_id, kind, count(*) AS n,
                 sum(video_playback_time) AS seconds
          FROM events GROUP BY 1, 2, 3) AS minutes;

    DROP TABLE original_clicks;
END
$$;
