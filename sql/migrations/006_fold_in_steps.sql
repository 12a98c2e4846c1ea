-- As before, but at most 50,000 counts at a time: it runs on the connection that the ingest waits for. A count that its
-- journal, awake again, is just adding to stays where it is.
CREATE OR REPLACE FUNCTION fold_counts(p_before timestamptz) RETURNS void
LANGUAGE sql AS $$
    WITH quiet AS (
        DELETE FROM event_counts WHERE ctid = ANY (ARRAY(
            SELECT c.ctid FROM event_counts c JOIN ingest_cursor i USING (journal_id)
            WHERE i.stored_at < p_before LIMIT 50000))
        RETURNING *
    )
    INSERT INTO event_counts AS c (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT bucket_seconds, bucket, ad_id, kind, 0, sum(events), sum(playback_seconds)
    FROM quiet GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds
$$;
