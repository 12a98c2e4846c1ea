-- Makes the process with `p_nonce` the one that may store from `p_journal`, and returns the journal's
-- position and totals. The present owner is replaced when it is among `p_owners` and its process is
-- gone: the session of each owner holds an advisory lock as long as it lives. Without `is_locked` an
-- earlier session of the same process still holds it: the claim has to be repeated until it is had.
-- Errors: VA001, another process has taken the journal over; VA002, its owner is still connected.
CREATE OR REPLACE FUNCTION claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid,
                                         OUT last_sequence bigint, OUT stored bigint[],
                                         OUT duplicate bigint[], OUT rejected bigint[],
                                         OUT is_locked boolean)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    INSERT INTO ingest_cursor (journal, nonce) VALUES (p_journal, p_nonce) ON CONFLICT DO NOTHING;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    -- Before the lock: a process that is refused must not keep it from the rightful owner.
    IF v_cursor.nonce <> p_nonce AND v_cursor.nonce <> ALL (p_owners) THEN
        RAISE EXCEPTION 'journal % was taken over by another process', p_journal
            USING ERRCODE = 'VA001';
    END IF;
    is_locked := pg_try_advisory_lock(lock_key('journal ' || p_journal));
    IF NOT is_locked AND v_cursor.nonce <> p_nonce THEN
        RAISE EXCEPTION 'the last owner of journal % is still connected', p_journal
            USING ERRCODE = 'VA002';
    END IF;
    IF v_cursor.nonce <> p_nonce AND v_cursor.last_sequence > 0 THEN -- of the run that goes the cursor tells it
        INSERT INTO ingest_runs AS r (journal, nonce, last_sequence)
        VALUES (p_journal, v_cursor.nonce, v_cursor.last_sequence)
        ON CONFLICT (lane, journal, nonce) DO UPDATE
        SET last_sequence = greatest(r.last_sequence, excluded.last_sequence);
    END IF;
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = now() WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
