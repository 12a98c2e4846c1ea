-- Folding the counts of quiet journals apart from what the next days need: it reads much where there is much, and the
-- partitions must not wait for it.

CREATE INDEX event_counts_journal ON event_counts (journal_id);

-- As before, but for the counts.
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
    RETURN v_made;
END
$$;

DROP FUNCTION fold_counts(timestamptz);

-- Moves counts of journals that have stored nothing since `p_before` to journal 0, `p_rows` of them at most: it runs on the
-- connection that the ingest waits for. Returns how many it moved. A count that its journal, awake again, is just adding
-- to stays where it is. A journal without counts costs a look into the index, whatever the planner thinks it has.
CREATE FUNCTION fold_counts(p_before timestamptz, p_rows integer DEFAULT 50000) RETURNS integer
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    v_journal integer;
    v_found tid[];
    v_moved integer := 0;
BEGIN
    FOR v_journal IN SELECT journal_id FROM ingest_cursor WHERE stored_at < p_before ORDER BY journal_id LOOP
        EXIT WHEN v_moved >= p_rows;
        v_found := ARRAY(SELECT ctid FROM event_counts WHERE journal_id = v_journal LIMIT p_rows - v_moved);
        CONTINUE WHEN cardinality(v_found) = 0;
        v_moved := v_moved + cardinality(v_found);
        WITH quiet AS (
            DELETE FROM event_counts WHERE ctid = ANY (v_found) AND journal_id = v_journal RETURNING *
        )
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT bucket_seconds, bucket, ad_id, kind, 0, events, playback_seconds FROM quiet ORDER BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds;
    END LOOP;
    RETURN v_moved;
END
$$;
