-- What is stored of the runs of journals, whoever stored it: the journal's owner or an import.

-- Locks the row of a run, made where there is none, and returns it.
CREATE OR REPLACE FUNCTION lock_run(p_journal uuid, p_run uuid) RETURNS ingest_runs
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_run FROM ingest_runs r
        WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO ingest_runs (journal, nonce) VALUES (p_journal, p_run) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_run;
END
$$;

-- Notes in a run's row, as it was when it was locked, that these sequences are stored, but for those
-- up to `p_passed`: in ascending order; all before `p_after` was stored or is noted as missing. What
-- they leave out behind it is missing from now on. Of more than 1,000 gaps the first count as stored.
CREATE OR REPLACE FUNCTION note_stored(p_run ingest_runs, p_passed bigint, p_after bigint,
                                       p_sequence bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_after bigint := greatest(p_after, v_last >> 40 << 40); -- a run begins there
    v_missing int8multirange := p_run.missing;
BEGIN
    IF p_sequence[1] > v_after + 1 OR v_last - p_sequence[1] >= cardinality(p_sequence)
       OR v_missing && int8range(p_passed, greatest(p_passed, v_last), '(]') THEN
        SELECT v_missing + int8multirange(int8range(v_after, greatest(v_after + 1, v_last), '()'))
               - coalesce(range_agg(int8range(s, s, '[]')), '{}')
        INTO v_missing FROM unnest(p_sequence) AS s WHERE s > p_passed;
        SELECT coalesce(range_agg(gap), '{}') INTO v_missing
        FROM (SELECT gap FROM unnest(v_missing) AS gap ORDER BY gap DESC LIMIT 1000) AS last_gaps;
    END IF;
    UPDATE ingest_runs r
    SET last_sequence = greatest(r.last_sequence, p_after, v_last), missing = v_missing, stored_at = now()
    WHERE r.lane = 0 AND r.journal = p_run.journal AND r.nonce = p_run.nonce;
END
$$;

-- What is stored of a run, for an import of it; nothing where it has no row. Null where that cannot be
-- known: the run began (`p_first` is any sequence of it) where no rows were kept. Of the run that owns
-- the journal, and of that alone, the cursor tells it too. A row that lock_run() has just made tells
-- nothing.
CREATE OR REPLACE FUNCTION find_run(p_journal uuid, p_run uuid, p_first bigint) RETURNS ingest_runs
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    SELECT * INTO v_run FROM ingest_runs r
    WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run AND r.last_sequence > 0;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal;
    IF v_run.nonce IS NULL AND v_cursor.nonce IS DISTINCT FROM p_run
       AND (p_first >> 40 << 40) < v_cursor.untracked_to THEN
        RETURN NULL;
    END IF;
    v_run.journal := p_journal;
    v_run.nonce := p_run;
    v_run.missing := coalesce(v_run.missing, '{}');
    v_run.last_sequence := greatest(v_run.last_sequence, 0);
    IF v_cursor.nonce = p_run THEN
        v_run.last_sequence := greatest(v_run.last_sequence, v_cursor.last_sequence);
    END IF;
    RETURN v_run;
END
$$;

-- Up to where all of a run is stored, so that an import need not send it; null where that cannot be
-- known.
CREATE OR REPLACE FUNCTION import_position(p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT coalesce(lower(r.missing) - 1, r.last_sequence) FROM find_run(p_journal, p_run, p_first) AS r
$$;

-- Forgets the runs of which nothing was stored for longer than a journal knows its past runs. What the
-- cursor has not passed yet is kept: it may still be sent. Journals at work are left for the next time.
CREATE OR REPLACE FUNCTION forget_runs(p_before timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
