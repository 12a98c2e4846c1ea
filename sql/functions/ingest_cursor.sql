-- The position of a journal in a lane.

-- Locks and returns it; an empty one where there is none. Another session that has just made a fresh row
-- of it was waited for: then there is one of a later minute.
CREATE OR REPLACE FUNCTION lock_cursor(p_lane smallint, p_journal_id integer) RETURNS ingest_cursor
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal_id = p_journal_id
        ORDER BY c.row_minute DESC LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        PERFORM 1 FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal_id = p_journal_id;
        EXIT WHEN NOT FOUND;
    END LOOP;
    RETURN v_cursor;
END
$$;

-- Moves a locked one: as it stands where its row is of this minute, else in a fresh row.
CREATE OR REPLACE FUNCTION move_cursor(p_cursor ingest_cursor, p_last bigint, p_stored bigint[],
                                       p_duplicate bigint[], p_rejected bigint[], p_received_to timestamptz)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_now timestamptz := now();
    v_minute timestamptz := bucket_start('1 minute', v_now);
BEGIN
    IF p_cursor.row_minute >= v_minute THEN
        UPDATE ingest_cursor c
        SET last_sequence = p_last, stored = p_stored, duplicate = p_duplicate, rejected = p_rejected,
            received_to = p_received_to, stored_at = v_now
        WHERE c.lane = p_cursor.lane AND c.journal_id = p_cursor.journal_id AND c.row_minute = p_cursor.row_minute;
        RETURN;
    END IF;
    DELETE FROM ingest_cursor c
    WHERE c.lane = p_cursor.lane AND c.journal_id = p_cursor.journal_id AND c.row_minute = p_cursor.row_minute;
    INSERT INTO ingest_cursor (lane, journal, journal_id, row_minute, nonce, last_sequence, stored, duplicate,
                               rejected, received_to, claimed_at, stored_at, untracked_to)
    VALUES (p_cursor.lane, p_cursor.journal, p_cursor.journal_id, v_minute, p_cursor.nonce, p_last, p_stored,
            p_duplicate, p_rejected, p_received_to, p_cursor.claimed_at, v_now, p_cursor.untracked_to);
END
$$;
