-- How far the runs of journals are stored, whoever stored it: the journal's owner or an import.

-- Locks the row of a run, made where there is none, and returns its position.
CREATE OR REPLACE FUNCTION lock_run(p_journal uuid, p_run uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_position bigint;
BEGIN
    LOOP
        SELECT r.last_sequence INTO v_position FROM ingest_runs r
        WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO ingest_runs (journal, nonce) VALUES (p_journal, p_run) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_position;
END
$$;

-- Up to where the events of a run are stored, for an import of them; 0 where none is. Null where that
-- cannot be known: the run began (`p_first` is any sequence of it) where no positions were noted. Of
-- the run that owns the journal, and of that alone, the cursor tells it too. A row that lock_run() has
-- just made tells nothing.
CREATE OR REPLACE FUNCTION import_position(p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_position bigint;
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    SELECT r.last_sequence INTO v_position FROM ingest_runs r
    WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run AND r.last_sequence > 0;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal;
    IF v_cursor.nonce = p_run THEN
        RETURN greatest(v_position, v_cursor.last_sequence);
    END IF;
    IF v_position IS NULL AND (p_first >> 40 << 40) < v_cursor.untracked_to THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(v_position, 0);
END
$$;

-- Forgets the runs of which nothing was stored for longer than a journal knows its past runs. What the
-- cursor has not passed yet is kept: it may still be sent. Journals at work are left for the next time.
CREATE OR REPLACE FUNCTION forget_runs(p_before timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_journal uuid;
    v_forgotten bigint;
BEGIN
    FOR v_journal IN
        SELECT c.journal FROM ingest_cursor c
        WHERE EXISTS (SELECT FROM ingest_runs r WHERE r.lane = 0 AND r.journal = c.journal
                      AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence)
        FOR UPDATE SKIP LOCKED
    LOOP
        WITH gone AS (
            DELETE FROM ingest_runs r USING ingest_cursor c
            WHERE c.journal = v_journal AND r.lane = 0 AND r.journal = v_journal
              AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence
            RETURNING r.last_sequence
        )
        SELECT max(last_sequence) INTO v_forgotten FROM gone;
        UPDATE ingest_cursor c SET untracked_to = greatest(c.untracked_to, v_forgotten)
        WHERE c.journal = v_journal;
    END LOOP;
END
$$;
