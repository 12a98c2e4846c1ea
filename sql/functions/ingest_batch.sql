-- Stores a batch of a journal's events, all of one run: those above the journal's cursor that are not
-- stored of the run with the nonce `p_run` (null: nobody knows which it was, and the cursor alone
-- decides), in one transaction with their counts and both positions. So a batch sent again changes
-- nothing and gets the same answer, and what an import has stored is not stored again. Sequences
-- ascend; the other arguments are store_batch()'s. Returns the cursor and its totals.
-- Error: VA001, the journal belongs to another process.
CREATE OR REPLACE FUNCTION ingest_batch(p_journal uuid, p_nonce uuid, p_run uuid, p_sequence bigint[],
                                        p_kind smallint[], p_ad_id integer[],
                                        p_occurred_at timestamptz[], p_ip inet[],
                                        p_playback integer[], p_event_id text[], p_reject text,
                                        OUT last_sequence bigint, OUT stored bigint[],
                                        OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_cursor ingest_cursor%ROWTYPE;
    v_run ingest_runs%ROWTYPE;
    v_after bigint;
    v_missing int8multirange := '{}'; -- of the run, and above the cursor
    v_now record;
BEGIN
    -- Whoever locks both rows locks the cursor's first.
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;
    IF p_run IS NOT NULL AND v_last IS NOT NULL THEN
        v_run := lock_run(p_journal, p_run);
    END IF;
    v_after := greatest(v_cursor.last_sequence, v_run.last_sequence);
    IF v_run.missing <> '{}' THEN
        v_missing := v_run.missing * int8multirange(int8range(v_cursor.last_sequence, NULL, '()'));
    END IF;
    IF v_after > v_cursor.last_sequence THEN -- an import was here: the books call it stored
        v_cursor.stored := ARRAY(
            SELECT coalesce(v_cursor.stored[k], 0) + count(b.kind_number)
            FROM generate_series(1, cardinality(enum_range(NULL::event_kind))) AS k
            LEFT JOIN unnest(p_sequence, p_kind) AS b (sequence, kind_number)
                   ON b.kind_number = k - 1 AND b.sequence > v_cursor.last_sequence
                  AND b.sequence <= v_after AND NOT b.sequence <@ v_missing
            GROUP BY k ORDER BY k);
    END IF;

    SELECT * INTO v_now
    FROM store_batch(p_journal, v_cursor.journal_id, v_after, v_missing, p_sequence, p_kind, p_ad_id,
                     p_occurred_at, p_ip, p_playback, p_event_id, p_reject, v_cursor.stored,
                     v_cursor.duplicate, v_cursor.rejected);

    IF v_run.nonce IS NOT NULL THEN
        PERFORM note_stored(v_run, v_cursor.last_sequence, v_after, p_sequence);
    END IF;
    UPDATE ingest_cursor c
    SET last_sequence = greatest(c.last_sequence, v_last), stored = v_now.stored,
        duplicate = v_now.duplicate, rejected = v_now.rejected, stored_at = now()
    WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
