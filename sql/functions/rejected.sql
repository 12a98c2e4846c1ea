-- Rejected events, once what they were rejected for is put right.

-- Stores these rejected events, whose ads exist, and returns how many; duplicates of stored events
-- are dropped.
CREATE OR REPLACE FUNCTION store_rejected(p_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_new record;
BEGIN
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
    )
    SELECT count(*) AS count, array_agg(occurred_at) AS times, array_agg(ad_id) AS ad_ids,
           array_agg(kind) AS kinds, array_agg(1::bigint) AS events,
           array_agg(video_playback_time) AS playback_seconds
    INTO v_new FROM new;
    PERFORM add_to_counts(0, v_new.times, v_new.ad_ids, v_new.kinds, v_new.events,
                          v_new.playback_seconds);
    RETURN v_new.count;
END
$$;

-- Stores the rejected events whose ad exists by now (all of them, or those of one ad) and returns how
-- many. Those that the database still refuses stay, with the new reason.
CREATE OR REPLACE FUNCTION retry_rejected(p_ad_id integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ids bigint[];
    v_id bigint;
    v_last bigint := 0;
    v_stored bigint := 0;
BEGIN
    LOOP
        v_ids := ARRAY(SELECT e.id FROM rejected_events e
                       WHERE e.id > v_last AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                         AND EXISTS (SELECT FROM ads a WHERE a.id = e.ad_id)
                       ORDER BY e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED);
        EXIT WHEN cardinality(v_ids) = 0;
        v_last := v_ids[cardinality(v_ids)];
        BEGIN
            v_stored := v_stored + store_rejected(v_ids);
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
            FOREACH v_id IN ARRAY v_ids LOOP -- one of them is bad: each by itself
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
