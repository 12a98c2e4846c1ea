-- As before, a thousand at a time: each event's counts by themselves took longer the more there were.

-- Stores these rejected events, whose ads exist, and returns how many; a duplicate of one that is stored is dropped.
CREATE FUNCTION store_rejected(p_ids bigint[]) RETURNS bigint
LANGUAGE sql AS $$
    WITH taken AS MATERIALIZED (
        DELETE FROM rejected_events WHERE id = ANY (p_ids) RETURNING *
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(id), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(kind), array_agg(event_id))) AS id
        FROM taken WHERE event_id IS NOT NULL HAVING count(*) > 0
    ), new AS MATERIALIZED (
        SELECT t.* FROM taken t LEFT JOIN first f ON f.id = t.id
        WHERE t.event_id IS NULL OR f.id IS NOT NULL
    ), new_events AS (
        INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
        SELECT occurred_at, ad_id, video_playback_time, kind, ip FROM new
    ), new_counts AS (
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT w.bucket_seconds, bucket_start(w.width, n.occurred_at), n.ad_id, n.kind, 0, count(*),
               sum(n.video_playback_time)
        FROM new n CROSS JOIN bucket_widths w GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds
    )
    SELECT count(*) FROM new
$$;

-- Stores the rejected events whose ad exists by now (all of them, or those of one ad) and returns how many. Those that the
-- database still refuses stay, with the new reason.
CREATE OR REPLACE FUNCTION retry_rejected(p_ad_id integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
    v_id bigint;
    v_last bigint := 0;
    v_stored bigint := 0;
BEGIN
    LOOP
        v_ids := ARRAY(SELECT e.id FROM rejected_events e JOIN ads a ON a.id = e.ad_id
                       WHERE e.id > v_last AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                       ORDER BY e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED);
        EXIT WHEN cardinality(v_ids) = 0;
        v_last := v_ids[cardinality(v_ids)];
        BEGIN
            v_stored := v_stored + store_rejected(v_ids);
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
            FOREACH v_id IN ARRAY v_ids LOOP -- one of them: each by itself
                BEGIN
                    v_stored := v_stored + store_rejected(ARRAY[v_id]);
                EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                    UPDATE rejected_events e SET reason = SQLERRM WHERE e.id = v_id;
                END;
            END LOOP;
        END;
    END LOOP;
    RETURN v_stored;
END
$$;
