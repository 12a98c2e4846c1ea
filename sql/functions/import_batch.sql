-- Stores a batch of a journal's events in a lane, all of one run, for whoever brings them from a directory that no
-- server works on: those that are not stored yet, exactly as ingest_batch() does. The cursor stays as
-- it is, and with it the journal's owner. p_force stores what is too late to tell a duplicate, too;
-- p_gaps as ingest_batch()'s.
-- Returns the last sequence of the batch, and what became of it, in quantities: how many were stored,
-- duplicates, rejected, known already, or rejected since they are too late.
-- Errors: VA003; VA004, nobody knows what of the run was stored before (find_run()).
CREATE OR REPLACE FUNCTION import_batch(
    p_lane smallint, p_lanes smallint, p_journal uuid, p_run uuid, p_force boolean, p_gaps int8multirange,
    p_sequence bigint[], p_kind smallint[], p_verdict smallint[], p_flags smallint[], p_ad_id integer[],
    p_detail integer[], p_quantity integer[], p_received_at timestamptz[], p_occurred_at timestamptz[],
    p_playback_ms bigint[], p_ip inet[], p_placement text[], p_placement_id bigint[], p_key uuid[],
    p_claim_event integer[], p_claim uuid[], p_name_id bigint[], p_name text[],
    p_count_bucket timestamptz[], p_count_dimension smallint[], p_count_key bigint[], p_count_detail integer[],
    p_count_verdict smallint[], p_count_playback_ms bigint[], p_count_cells bigint[], p_reject text,
    OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint, OUT rejected bigint, OUT known bigint,
    OUT too_late bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_now record;
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM lock_run(p_lane, p_journal, p_run);
    v_run := find_run(p_lane, p_journal, p_run, p_sequence[1]);
    IF v_run.nonce IS NULL THEN
        RAISE EXCEPTION 'what was stored of this run is not known' USING ERRCODE = 'VA004';
    END IF;

    SELECT * INTO v_now
    FROM store_batch(p_lane, p_lanes, p_journal, 0, v_run.last_sequence, v_run.missing, p_force,
                     ROW(p_sequence, p_kind, p_verdict, p_flags, p_ad_id, p_detail, p_quantity, p_received_at,
                         p_occurred_at, p_playback_ms, p_ip, p_placement, p_placement_id, p_key)::event_columns,
                     p_claim_event, p_claim, p_name_id, p_name,
                     ROW(p_count_bucket, p_count_dimension, p_count_key, p_count_detail, p_count_verdict,
                         p_count_playback_ms, p_count_cells)::count_columns, p_reject);
    PERFORM note_stored(v_run, 0, v_run.last_sequence, p_sequence, NULL, p_gaps);

    last_sequence := p_sequence[cardinality(p_sequence)];
    SELECT coalesce(sum(s), 0) INTO stored FROM unnest(v_now.stored) AS s;
    SELECT coalesce(sum(d), 0) INTO duplicate FROM unnest(v_now.duplicate) AS d;
    rejected := coalesce(v_now.rejected[1], 0) + coalesce(v_now.rejected[2], 0);
    too_late := coalesce(v_now.rejected[3], 0);
    SELECT sum(q) - stored - duplicate - rejected - too_late INTO known FROM unnest(p_quantity) AS q;
END
$$;
