-- What is stored of the runs of journals, whoever stored it: the journal's owner or an import.

-- Locks the row of a run, made where there is none, and returns it.
CREATE OR REPLACE FUNCTION lock_run(p_lane smallint, p_journal uuid, p_run uuid) RETURNS ingest_runs
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_run FROM ingest_runs r WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run
        ORDER BY r.row_minute DESC LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        PERFORM pg_advisory_xact_lock(lock_key(format('run %s %s %s', p_lane, p_journal, p_run))); -- one makes it
        PERFORM 1 FROM ingest_runs r WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run;
        IF NOT FOUND THEN
            INSERT INTO ingest_runs (lane, journal, nonce) VALUES (p_lane, p_journal, p_run) ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;
    RETURN v_run;
END
$$;

-- Moves a locked row; as it stands where it is of this minute, else in a fresh one, as move_cursor() does.
CREATE OR REPLACE FUNCTION move_run(p_run ingest_runs, p_last bigint, p_missing int8multirange) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_now timestamptz := now();
    v_minute timestamptz := bucket_start('1 minute', v_now);
BEGIN
    IF p_run.row_minute >= v_minute THEN
        UPDATE ingest_runs r SET last_sequence = p_last, missing = p_missing, stored_at = v_now
        WHERE r.lane = p_run.lane AND r.journal = p_run.journal AND r.nonce = p_run.nonce
          AND r.row_minute = p_run.row_minute;
        RETURN;
    END IF;
    DELETE FROM ingest_runs r
    WHERE r.lane = p_run.lane AND r.journal = p_run.journal AND r.nonce = p_run.nonce
      AND r.row_minute = p_run.row_minute;
    INSERT INTO ingest_runs (lane, journal, nonce, row_minute, last_sequence, missing, stored_at)
    VALUES (p_run.lane, p_run.journal, p_run.nonce, v_minute, p_last, p_missing, v_now);
END
$$;

-- All of a run is stored up to here, but for what is noted as missing.
CREATE OR REPLACE FUNCTION pass_run(p_run ingest_runs, p_last bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM move_run(p_run, greatest(p_run.last_sequence, p_last), p_run.missing);
END
$$;

-- The run that owned a journal's position goes: until now the position told what of it is stored.
CREATE OR REPLACE FUNCTION pass_owner(p_cursor ingest_cursor, p_next uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_cursor.nonce <> p_next AND p_cursor.last_sequence > 0 THEN
        PERFORM pass_run(lock_run(p_cursor.lane, p_cursor.journal, p_cursor.nonce), p_cursor.last_sequence);
    END IF;
END
$$;

-- Notes in a run's row, as it was when it was locked, that these sequences are stored, but for those
-- up to `p_passed`: in ascending order; all before `p_after` was stored or is noted as missing. What
-- they leave out behind it is missing from now on. With `p_gaps` only that is: what they leave out besides,
-- up to `p_upto`, is of other lanes. Of more than 1,000 gaps the first count as stored.
CREATE OR REPLACE FUNCTION note_stored(p_run ingest_runs, p_passed bigint, p_after bigint,
                                       p_sequence bigint[], p_upto bigint, p_gaps int8multirange) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_last bigint := greatest(p_sequence[cardinality(p_sequence)], CASE WHEN p_gaps IS NOT NULL THEN p_upto END);
    v_after bigint := greatest(p_after, v_last >> 40 << 40); -- a run begins there
    v_behind int8multirange := int8multirange(int8range(v_after, greatest(v_after + 1, v_last + 1), '()'));
    v_missing int8multirange := p_run.missing;
BEGIN
    IF p_gaps IS NOT NULL THEN
        v_behind := v_behind * p_gaps;
    END IF;
    IF p_gaps <> '{}' OR v_missing && int8range(p_passed, greatest(p_passed, v_last), '(]')
       OR p_gaps IS NULL AND (p_sequence[1] > v_after + 1 OR v_last - p_sequence[1] >= cardinality(p_sequence)) THEN
        SELECT v_missing + v_behind - coalesce(range_agg(int8range(s, s, '[]')), '{}')
        INTO v_missing FROM unnest(p_sequence) AS s WHERE s > p_passed;
        SELECT coalesce(range_agg(gap), '{}') INTO v_missing
        FROM (SELECT gap FROM unnest(v_missing) AS gap ORDER BY gap DESC LIMIT 1000) AS last_gaps;
    END IF;
    PERFORM move_run(p_run, greatest(p_run.last_sequence, p_after, v_last), v_missing);
END
$$;

-- What is stored of a run, for an import of it; nothing where it has no row. Null where that cannot be
-- known: the run began (`p_first` is any sequence of it) where no rows were kept. Of the run that owns
-- the journal, and of that alone, the cursor tells it too. A row that lock_run() has just made tells
-- nothing.
CREATE OR REPLACE FUNCTION find_run(p_lane smallint, p_journal uuid, p_run uuid, p_first bigint) RETURNS ingest_runs
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    SELECT * INTO v_run FROM ingest_runs r
    WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run AND r.last_sequence > 0;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal = p_journal;
    IF v_run.nonce IS NULL AND v_cursor.nonce IS DISTINCT FROM p_run
       AND (p_first >> 40 << 40) < v_cursor.untracked_to THEN
        RETURN NULL;
    END IF;
    IF v_run.nonce IS NULL THEN -- as it was when it was locked, or will be
        SELECT * INTO v_run FROM ingest_runs r
        WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run;
    END IF;
    v_run.lane := p_lane;
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
CREATE OR REPLACE FUNCTION import_position(p_lane smallint, p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
BEGIN
    PERFORM require_lane(p_lane);
    v_run := find_run(p_lane, p_journal, p_run, p_first);
    RETURN coalesce(lower(v_run.missing) - 1, v_run.last_sequence);
END
$$;

-- Forgets the runs of which nothing was stored in a lane for longer than a journal knows its past runs. What
-- the cursor has not passed yet is kept: it may still be sent. Journals at work are left for the next time.
CREATE OR REPLACE FUNCTION forget_runs(p_lane smallint, p_before timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_journal uuid;
    v_last bigint;
    v_forgotten bigint;
BEGIN
    FOR v_journal, v_last IN
        SELECT c.journal, c.last_sequence FROM ingest_cursor c
        WHERE c.lane = p_lane AND EXISTS (SELECT 1 FROM ingest_runs r WHERE r.lane = p_lane AND r.journal = c.journal
                      AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence)
        FOR UPDATE SKIP LOCKED
    LOOP
        WITH gone AS (
            DELETE FROM ingest_runs r
            WHERE r.lane = p_lane AND r.journal = v_journal AND r.stored_at < p_before AND r.last_sequence <= v_last
            RETURNING r.last_sequence
        )
        SELECT max(last_sequence) INTO v_forgotten FROM gone;
        UPDATE ingest_cursor c SET untracked_to = greatest(c.untracked_to, v_forgotten)
        WHERE c.journal = v_journal AND c.lane = p_lane;
    END LOOP;
END
$$;
