-- Maintenance in bounded steps: it shares its connection with the ingest, which waits for it.

-- Moves counts of journals that have stored nothing since `p_before` to journal 0, at most `p_rows` of them. A row that
-- its journal, awake again, is just adding to stays where it is.
CREATE FUNCTION fold_counts(p_before timestamptz, p_rows integer) RETURNS void
LANGUAGE sql AS $$
    WITH quiet AS (
        DELETE FROM event_counts WHERE ctid = ANY (ARRAY(
            SELECT c.ctid FROM event_counts c JOIN ingest_cursor i USING (journal_id)
            WHERE i.stored_at < p_before LIMIT p_rows))
        RETURNING *
    )
    INSERT INTO event_counts AS c (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT bucket_seconds, bucket, ad_id, kind, 0, sum(events), sum(playback_seconds)
    FROM quiet GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds
$$;

-- As before but for the bound. Returns how many partitions it made.
CREATE OR REPLACE FUNCTION maintain() RETURNS integer
LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    v_today date := (now() AT TIME ZONE 'UTC')::date;
    v_made integer;
    v_old text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('video-ad-tracker'), hashtext('maintain')) THEN
        RETURN 0;
    END IF;
    v_made := create_day_partitions('events', 'occurred_at', v_today, 8)
            + create_day_partitions('event_keys', 'day', v_today, 9);
    FOR v_old IN SELECT inhrelid::regclass::text FROM pg_inherits
                 WHERE inhparent = 'event_keys'::regclass
                   AND inhrelid::regclass::text < to_char(v_today - 2, '"event_keys_"YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %s', v_old);
    END LOOP;
    DELETE FROM event_keys_default WHERE day < v_today - 2;
    PERFORM fold_counts(now() - interval '7 days', 50000);
    RETURN v_made;
END
$$;

DROP FUNCTION fold_counts(timestamptz);
