-- As before, but one statement, so that one snapshot of `ads` tells both whose event_ids are claimed and which events are
-- stored: an ad that came or went between the two left events that were neither stored nor put aside.
CREATE OR REPLACE FUNCTION ingest_batch(p_journal uuid, p_nonce uuid, p_sequence bigint[], p_kind smallint[],
                             p_ad_id integer[], p_occurred_at timestamptz[], p_ip inet[],
                             p_playback integer[], p_event_id text[], p_reject text,
                             OUT last_sequence bigint, OUT stored bigint[],
                             OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind);
    v_cursor ingest_cursor%ROWTYPE;
    v_now record;
BEGIN
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;

    WITH given AS MATERIALIZED (
        SELECT b.*, a.id IS NOT NULL AS is_known
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback, p_event_id)
             AS b (sequence, kind_code, ad_id, occurred_at, ip, playback, event_id)
        LEFT JOIN ads a ON a.id = b.ad_id
        WHERE b.sequence > v_cursor.last_sequence
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(sequence), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(v_kinds[kind_code + 1]),
                                      array_agg(event_id))) AS sequence
        FROM given WHERE p_reject IS NULL AND event_id IS NOT NULL AND is_known
        HAVING count(*) > 0
    ), batch AS MATERIALIZED (
        SELECT g.*, v_kinds[g.kind_code + 1] AS kind,
               CASE WHEN p_reject IS NOT NULL THEN 'refused'
                    WHEN NOT g.is_known THEN 'unknown ad'
                    WHEN g.event_id IS NOT NULL AND f.sequence IS NULL THEN 'duplicate'
                    ELSE 'new' END AS fate
        FROM given g LEFT JOIN first f ON f.sequence = g.sequence
    ), new_events AS (
        INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
        SELECT occurred_at, ad_id, playback, kind, ip FROM batch WHERE fate = 'new'
    ), new_rejected AS (
        INSERT INTO rejected_events (journal, sequence, kind, ad_id, occurred_at, ip,
                                     video_playback_time, event_id, reason)
        SELECT p_journal, sequence, kind, ad_id, occurred_at, ip, playback, event_id,
               coalesce(p_reject, fate)
        FROM batch WHERE fate IN ('unknown ad', 'refused')
    ), minutes AS (
        SELECT bucket_start('1 minute', occurred_at) AS minute, ad_id, kind,
               count(*) AS events, sum(playback) AS playback_seconds
        FROM batch WHERE fate = 'new' GROUP BY 1, 2, 3
    ), new_counts AS (
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT w.bucket_seconds, bucket_start(w.width, m.minute), m.ad_id, m.kind,
               v_cursor.journal_id, sum(m.events), sum(m.playback_seconds)
        FROM minutes m CROSS JOIN bucket_widths w GROUP BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds
    )
    SELECT max(sequence) AS last_sequence,
           count(*) FILTER (WHERE fate = 'new' AND kind_code = 0) AS new_clicks,
           count(*) FILTER (WHERE fate = 'new' AND kind_code = 1) AS new_impressions,
           count(*) FILTER (WHERE fate = 'duplicate' AND kind_code = 0) AS duplicate_clicks,
           count(*) FILTER (WHERE fate = 'duplicate' AND kind_code = 1) AS duplicate_impressions,
           count(*) FILTER (WHERE fate = 'unknown ad') AS unknown_ads,
           count(*) FILTER (WHERE fate = 'refused') AS refused
    INTO v_now FROM batch;

    UPDATE ingest_cursor c
    SET last_sequence = coalesce(v_now.last_sequence, c.last_sequence),
        stored = ARRAY[c.stored[1] + v_now.new_clicks, c.stored[2] + v_now.new_impressions],
        duplicate = ARRAY[c.duplicate[1] + v_now.duplicate_clicks,
                          c.duplicate[2] + v_now.duplicate_impressions],
        rejected = ARRAY[c.rejected[1] + v_now.unknown_ads, c.rejected[2] + v_now.refused],
        stored_at = now()
    WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
