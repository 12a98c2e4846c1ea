-- Stores a batch of a journal's events in a lane, all of one run: those above the lane's cursor that are
-- not stored of the run with the nonce `p_run` (null: nobody knows which it was, and the cursor alone
-- decides), in one transaction with their counts and both positions. So a batch sent again changes
-- nothing and gets the same answer, and what an import has stored is not stored again. Sequences ascend;
-- up to p_upto the lane has nothing else, even where the batch is empty; p_gaps: of these sequences those
-- that are of no lane, where there are several (null: all that p_sequence leaves out). The other arguments are
-- store_batch()'s, in columns: p_count_cells has as many numbers for each row of counts as the program
-- knows kinds. Returns the cursor and its totals. What is locked, in this order: the cursor, the run's
-- row, the lane (shared), keys, placements, counts.
-- Errors: VA001, the journal belongs to another process; VA003, built for another number of lanes.
CREATE OR REPLACE FUNCTION ingest_batch(
    p_lane smallint, p_journal integer, p_nonce uuid, p_run uuid, p_lanes smallint, p_upto bigint,
    p_gaps int8multirange,
    p_sequence bigint[], p_kind smallint[], p_verdict smallint[], p_flags smallint[], p_ad_id integer[],
    p_detail integer[], p_quantity integer[], p_received_at timestamptz[], p_occurred_at timestamptz[],
    p_playback_ms bigint[], p_ip inet[], p_placement text[], p_placement_id bigint[], p_key uuid[],
    p_claim_event integer[], p_claim uuid[], p_name_id bigint[], p_name text[],
    p_count_bucket timestamptz[], p_count_dimension smallint[], p_count_key bigint[], p_count_detail integer[],
    p_count_verdict smallint[], p_count_playback_ms bigint[], p_count_cells bigint[], p_reject text,
    OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_cursor ingest_cursor%ROWTYPE;
    v_run ingest_runs%ROWTYPE;
    v_after bigint;
    v_missing int8multirange := '{}'; -- of the run, and above the cursor
    v_now record;
BEGIN
    PERFORM require_lane(p_lane);
    v_cursor := lock_cursor(p_lane, p_journal);
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;
    IF p_run IS NOT NULL AND (v_last IS NOT NULL OR p_gaps <> '{}') THEN
        v_run := lock_run(p_lane, v_cursor.journal, p_run);
    END IF;
    v_after := greatest(v_cursor.last_sequence, v_run.last_sequence);
    IF v_run.missing <> '{}' THEN
        v_missing := v_run.missing * int8multirange(int8range(v_cursor.last_sequence, NULL, '()'));
    END IF;
    IF v_after > v_cursor.last_sequence THEN -- an import was here: the books call it stored
        v_cursor.stored := add_totals(v_cursor.stored, ARRAY(
            SELECT coalesce(sum(b.quantity), 0)
            FROM generate_series(0, cardinality(enum_range(NULL::event_kind)) - 1) AS k
            LEFT JOIN unnest(p_sequence, p_kind, p_quantity) AS b (sequence, kind, quantity)
                   ON b.kind = k AND b.sequence > v_cursor.last_sequence AND b.sequence <= v_after
                  AND NOT b.sequence <@ v_missing
            GROUP BY k ORDER BY k));
    END IF;

    SELECT * INTO v_now
    FROM store_batch(p_lane, p_lanes, v_cursor.journal, p_journal, v_after, v_missing, false,
                     ROW(p_sequence, p_kind, p_verdict, p_flags, p_ad_id, p_detail, p_quantity, p_received_at,
                         p_occurred_at, p_playback_ms, p_ip, p_placement, p_placement_id, p_key)::event_columns,
                     p_claim_event, p_claim, p_name_id, p_name,
                     ROW(p_count_bucket, p_count_dimension, p_count_key, p_count_detail, p_count_verdict,
                         p_count_playback_ms, p_count_cells)::count_columns, p_reject);

    IF v_run.nonce IS NOT NULL THEN
        PERFORM note_stored(v_run, v_cursor.last_sequence, v_after, p_sequence, p_upto, p_gaps);
    END IF;
    last_sequence := greatest(v_cursor.last_sequence, v_last, p_upto);
    stored := add_totals(v_cursor.stored, v_now.stored);
    duplicate := add_totals(v_cursor.duplicate, v_now.duplicate);
    rejected := ARRAY(SELECT coalesce(v_cursor.rejected[n], 0) + coalesce(v_now.rejected[n], 0)
                      FROM generate_series(1, 3) AS n);
    PERFORM move_cursor(v_cursor, last_sequence, stored, duplicate, rejected,
                        greatest(v_cursor.received_to, p_received_at[1], p_received_at[cardinality(p_received_at)]));
END
$$;
