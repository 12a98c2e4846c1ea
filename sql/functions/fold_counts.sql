-- Moves counts of journals that have stored nothing since `p_before` to journal 0, at most `p_rows`,
-- because it runs on the ingest's connection. Returns how many it moved. The setting: a journal
-- without counts costs one index lookup, whatever the planner expects.
CREATE OR REPLACE FUNCTION fold_counts(p_before timestamptz, p_rows integer DEFAULT 50000) RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off AS $$
DECLARE
    v_journal integer;
    v_found tid[];
    v_quiet record;
    v_moved integer := 0;
BEGIN
    FOR v_journal IN SELECT journal_id FROM ingest_cursor WHERE stored_at < p_before ORDER BY journal_id LOOP
        EXIT WHEN v_moved >= p_rows;
        v_found := ARRAY(SELECT ctid FROM event_counts WHERE journal_id = v_journal LIMIT p_rows - v_moved);
        CONTINUE WHEN cardinality(v_found) = 0;
        v_moved := v_moved + cardinality(v_found);
        -- A row that its journal, active again, has updated meanwhile is not found: it stays.
        WITH quiet AS (
            DELETE FROM event_counts WHERE ctid = ANY (v_found) AND journal_id = v_journal RETURNING *
        )
        SELECT array_agg(bucket) AS buckets, array_agg(ad_id) AS ad_ids, array_agg(kind) AS kinds,
               array_agg(events) AS events, array_agg(playback_seconds) AS playback_seconds,
               array_agg(bucket_seconds) AS bucket_seconds
        INTO v_quiet FROM quiet;
        PERFORM add_to_counts(0, v_quiet.buckets, v_quiet.ad_ids, v_quiet.kinds, v_quiet.events,
                              v_quiet.playback_seconds, v_quiet.bucket_seconds);
    END LOOP;
    RETURN v_moved;
END
$$;
