-- Stores a batch of a journal's events, all of one run, for whoever brings them from a directory that no
-- server works on: those that are not stored yet, exactly as ingest_batch() does. The cursor stays as
-- it is, and with it the journal's owner. Returns the last sequence of the batch, and what became of
-- it: how many were stored, duplicates, rejected, or known already.
-- Error: VA004, nobody knows what of the run was stored before (find_run()).
CREATE OR REPLACE FUNCTION import_batch(p_journal uuid, p_run uuid, p_sequence bigint[], p_kind smallint[],
                                        p_ad_id integer[], p_occurred_at timestamptz[], p_ip inet[],
                                        p_playback integer[], p_event_id text[], p_reject text,
                                        OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint,
                                        OUT rejected bigint, OUT known bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_now record;
BEGIN
    PERFORM lock_run(p_journal, p_run);
    v_run := find_run(p_journal, p_run, p_sequence[1]);
    IF v_run.nonce IS NULL THEN
        RAISE EXCEPTION 'what was stored of this run is not known' USING ERRCODE = 'VA004';
    END IF;

    SELECT * INTO v_now
    FROM store_batch(p_journal, 0, v_run.last_sequence, v_run.missing, p_sequence, p_kind, p_ad_id,
                     p_occurred_at, p_ip, p_playback, p_event_id, p_reject, '{}', '{}', '{}');
    PERFORM note_stored(v_run, 0, v_run.last_sequence, p_sequence);

    last_sequence := p_sequence[cardinality(p_sequence)];
    SELECT sum(s) INTO stored FROM unnest(v_now.stored) AS s;
    SELECT sum(d) INTO duplicate FROM unnest(v_now.duplicate) AS d;
    SELECT sum(r) INTO rejected FROM unnest(v_now.rejected) AS r;
    known := cardinality(p_sequence) - stored - duplicate - rejected;
END
$$;
