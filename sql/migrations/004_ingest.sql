-- From a server's journal into events, each exactly once.

-- Makes the process with `p_nonce` the one that may store from `p_journal`, and returns where the
-- journal stands. The present owner is replaced when it is among `p_owners` and its process is gone:
-- each owner's session holds an advisory lock as long as it lives.
-- Errors: VA001, another process has taken the journal over; VA002, its owner is still connected.
CREATE FUNCTION claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid,
                              OUT last_sequence bigint, OUT stored bigint[],
                              OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    INSERT INTO ingest_cursor (journal, nonce) VALUES (p_journal, p_nonce) ON CONFLICT DO NOTHING;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    -- Whoever is refused must not be left with the lock: it would keep the rightful owner out.
    IF v_cursor.nonce <> p_nonce AND v_cursor.nonce <> ALL (p_owners) THEN
        RAISE EXCEPTION 'journal % was taken over by another process', p_journal
            USING ERRCODE = 'VA001';
    END IF;
    IF NOT pg_try_advisory_lock(860065, v_cursor.journal_id) AND v_cursor.nonce <> p_nonce THEN
        RAISE EXCEPTION 'the last owner of journal % is still connected', p_journal
            USING ERRCODE = 'VA002';
    END IF;
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = now() WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;

-- Claims the event_ids of a batch and returns the sequences that came first: those of which both days
-- were free, since the same event may have come in by another server just after midnight, and have been
-- stored earlier. The keys go in sorted, in one statement, so that instances which claim the same ones
-- wait but never deadlock.
CREATE FUNCTION claim_event_ids(p_sequence bigint[], p_day date[], p_ad_id integer[],
                                p_kind event_kind[], p_event_id text[])
RETURNS bigint[]
LANGUAGE sql AS $$
    WITH keyed AS (
        SELECT DISTINCT ON (ad_id, kind, event_id) sequence, day, ad_id, kind, event_id
        FROM unnest(p_sequence, p_day, p_ad_id, p_kind, p_event_id)
             AS k (sequence, day, ad_id, kind, event_id)
        ORDER BY ad_id, kind, event_id, sequence
    ), claimed AS (
        INSERT INTO event_keys (day, ad_id, kind, event_id)
        SELECT day + n, ad_id, kind, event_id FROM keyed CROSS JOIN generate_series(0, 1) AS n
        ORDER BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING
        RETURNING ad_id, kind, event_id
    ), first AS (
        SELECT sequence FROM keyed JOIN claimed USING (ad_id, kind, event_id)
        GROUP BY sequence HAVING count(*) = 2
    )
    SELECT array_agg(sequence) FROM first
$$;

-- Stores a batch of events: those above the journal's cursor, in one transaction with their counts
-- and the cursor. A batch that was stored before changes nothing and gets the same answer. The arrays run in parallel;
-- p_kind counts from 0; p_event_id is null where no event has one. With p_reject the whole batch goes into
-- rejected_events, for that reason.
-- Returns the cursor and its totals. Errors: VA001, the journal belongs to another process.
CREATE FUNCTION ingest_batch(p_journal uuid, p_nonce uuid, p_sequence bigint[], p_kind smallint[],
                             p_ad_id integer[], p_occurred_at timestamptz[], p_ip inet[],
                             p_playback integer[], p_event_id text[], p_reject text,
                             OUT last_sequence bigint, OUT stored bigint[],
                             OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind);
    v_cursor ingest_cursor%ROWTYPE;
    v_first bigint[];
    v_now record;
BEGIN
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;

    IF p_event_id IS NOT NULL AND p_reject IS NULL THEN
        SELECT claim_event_ids(array_agg(b.sequence), array_agg((b.occurred_at AT TIME ZONE 'UTC')::date),
                               array_agg(b.ad_id), array_agg(v_kinds[b.kind + 1]), array_agg(b.event_id))
        INTO v_first
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_event_id)
             AS b (sequence, kind, ad_id, occurred_at, event_id)
        JOIN ads a ON a.id = b.ad_id
        WHERE b.sequence > v_cursor.last_sequence AND b.event_id IS NOT NULL;
    END IF;

    WITH batch AS MATERIALIZED (
        SELECT b.sequence, v_kinds[b.kind + 1] AS kind, b.kind AS kind_code, b.ad_id, b.occurred_at,
               b.ip, b.playback, b.event_id,
               CASE WHEN p_reject IS NOT NULL THEN 'refused'
                    WHEN a.id IS NULL THEN 'unknown ad'
                    WHEN b.event_id IS NOT NULL AND f.sequence IS NULL THEN 'duplicate'
                    ELSE 'new' END AS fate
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback, p_event_id)
             AS b (sequence, kind, ad_id, occurred_at, ip, playback, event_id)
        LEFT JOIN ads a ON a.id = b.ad_id
        LEFT JOIN unnest(v_first) AS f (sequence) ON f.sequence = b.sequence
        WHERE b.sequence > v_cursor.last_sequence
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

-- Stores the rejected events whose ad exists by now (all of them, or those of one ad) and returns
-- how many. Those that the database still refuses stay, with the new reason.
CREATE FUNCTION retry_rejected(p_ad_id integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    r rejected_events%ROWTYPE;
    v_first boolean;
    v_stored bigint := 0;
BEGIN
    FOR r IN SELECT e.* FROM rejected_events e JOIN ads a ON a.id = e.ad_id
             WHERE p_ad_id IS NULL OR e.ad_id = p_ad_id ORDER BY e.id FOR UPDATE OF e SKIP LOCKED
    LOOP
        BEGIN
            v_first := r.event_id IS NULL OR claim_event_ids(
                ARRAY[r.sequence], ARRAY[(r.occurred_at AT TIME ZONE 'UTC')::date], ARRAY[r.ad_id],
                ARRAY[r.kind], ARRAY[r.event_id]) IS NOT NULL;
            IF v_first THEN
                INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
                VALUES (r.occurred_at, r.ad_id, r.video_playback_time, r.kind, r.ip);
                INSERT INTO event_counts AS c
                    (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
                SELECT w.bucket_seconds, bucket_start(w.width, r.occurred_at), r.ad_id, r.kind, 0, 1,
                       r.video_playback_time
                FROM bucket_widths w ORDER BY 1
                ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
                SET events = c.events + excluded.events,
                    playback_seconds = c.playback_seconds + excluded.playback_seconds;
                v_stored := v_stored + 1;
            END IF;
            DELETE FROM rejected_events e WHERE e.id = r.id;
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
            UPDATE rejected_events e SET reason = SQLERRM WHERE e.id = r.id;
        END;
    END LOOP;
    RETURN v_stored;
END
$$;
