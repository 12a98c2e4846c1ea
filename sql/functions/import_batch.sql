-- Stores a batch of a journal's events, all of one run, for whoever brings them from a directory that no
-- server works on: those above the run's position, exactly as ingest_batch() does. The cursor stays as
-- it is, and with it the journal's owner. Returns the run's position, and what became of the batch:
-- how many were stored, duplicates, rejected, or known already.
-- Error: VA004, nobody knows what of the run was stored before (import_position()).
CREATE OR REPLACE FUNCTION import_batch(p_journal uuid, p_run uuid, p_sequence bigint[], p_kind smallint[],
                                        p_ad_id integer[], p_occurred_at timestamptz[], p_ip inet[],
                                        p_playback integer[], p_event_id text[], p_reject text,
                                        OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint,
                                        OUT rejected bigint, OUT known bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_position bigint;
    v_now record;
BEGIN
    PERFORM lock_run(p_journal, p_run);
    v_position := import_position(p_journal, p_run, p_sequence[1]);
    IF v_position IS NULL THEN
        RAISE EXCEPTION 'what was stored of this run is not known' USING ERRCODE = 'VA004';
    END IF;

    SELECT * INTO v_now
    FROM store_batch(p_journal, 0, v_position, p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback,
                     p_event_id, p_reject, '{}', '{}', '{}');
    last_sequence := greatest(v_position, v_now.last_sequence);
    UPDATE ingest_runs r SET last_sequence = import_batch.last_sequence, stored_at = now()
    WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run;

    SELECT sum(s) INTO stored FROM unnest(v_now.stored) AS s;
    SELECT sum(d) INTO duplicate FROM unnest(v_now.duplicate) AS d;
    SELECT sum(r) INTO rejected FROM unnest(v_now.rejected) AS r;
    known := cardinality(p_sequence) - stored - duplicate - rejected;
END
$$;
