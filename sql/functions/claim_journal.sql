-- A journal's positions, and whose they are.

-- Makes the process with `p_nonce` the one that may store from `p_journal`, and returns the journal's
-- number, its position and totals in the lane, the number of lanes (0: it is being changed), and whether
-- they lie on several nodes; the other lanes are claimed by claim_lane(). The present owner is
-- replaced when it is among `p_owners` and its process is gone: the session of each owner holds an
-- advisory lock as long as it lives. Without `is_locked` an earlier session of the same process still
-- holds it: the claim has to be repeated until it is had. A journal that is new begins in lane 0; one
-- that is not may be claimed by any lane, as where the node that has the first is down.
-- Errors: VA001, another process has taken the journal over; VA002, its owner is still connected; VA006, the lane
-- knows no such journal, or there is no such lane.
CREATE OR REPLACE FUNCTION claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid, p_lane smallint DEFAULT 0,
                                         OUT last_sequence bigint, OUT stored bigint[],
                                         OUT duplicate bigint[], OUT rejected bigint[],
                                         OUT is_locked boolean, OUT journal_id integer, OUT lanes smallint,
                                         OUT is_distributed boolean)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
    v_now timestamptz := now();
    v_minute timestamptz := bucket_start('1 minute', v_now);
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key('claim ' || p_journal)); -- one at a time makes the first row
    SELECT c.journal_id INTO journal_id FROM ingest_cursor c WHERE c.journal = p_journal AND c.lane = p_lane;
    IF NOT FOUND AND p_lane > 0 THEN
        RAISE EXCEPTION 'lane % does not know journal %', p_lane, p_journal USING ERRCODE = 'VA006';
    ELSIF NOT FOUND THEN
        journal_id := nextval('journal_ids');
        INSERT INTO ingest_cursor (lane, journal, journal_id, nonce, row_minute)
        VALUES (0, p_journal, journal_id, p_nonce, v_minute);
    END IF;
    v_cursor := lock_cursor(p_lane, journal_id);
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
    PERFORM pass_owner(v_cursor, p_nonce);
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = v_now
    WHERE c.lane = p_lane AND c.journal_id = v_cursor.journal_id AND c.row_minute = v_cursor.row_minute
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
    SELECT l.lanes INTO lanes FROM lanes l WHERE l.lane = p_lane;
    is_distributed := is_distributed();
END
$$;

-- The same in a further lane, of a journal that is claimed in the first.
-- Errors: VA001; VA003, there is no such lane now.
CREATE OR REPLACE FUNCTION claim_lane(p_lane smallint, p_journal_id integer, p_journal uuid, p_owners uuid[],
                                      p_nonce uuid, OUT last_sequence bigint, OUT stored bigint[],
                                      OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
    v_lanes smallint;
    v_now timestamptz := now();
    v_minute timestamptz := bucket_start('1 minute', v_now);
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM pg_advisory_xact_lock(lock_key(format('claim %s %s', p_journal, p_lane)));
    SELECT l.lanes INTO v_lanes FROM lanes l WHERE l.lane = p_lane;
    IF coalesce(v_lanes, 0) <= p_lane THEN
        RAISE EXCEPTION 'there is no lane % now', p_lane USING ERRCODE = 'VA003';
    END IF;
    v_cursor := lock_cursor(p_lane, p_journal_id);
    IF v_cursor.journal_id IS NULL THEN
        INSERT INTO ingest_cursor (lane, journal, journal_id, nonce, row_minute)
        VALUES (p_lane, p_journal, p_journal_id, p_nonce, v_minute);
        v_cursor := lock_cursor(p_lane, p_journal_id);
    END IF;
    IF v_cursor.nonce <> p_nonce AND v_cursor.nonce <> ALL (p_owners) THEN
        RAISE EXCEPTION 'journal % was taken over by another process', p_journal
            USING ERRCODE = 'VA001';
    END IF;
    PERFORM pass_owner(v_cursor, p_nonce);
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = v_now
    WHERE c.lane = p_lane AND c.journal_id = p_journal_id AND c.row_minute = v_cursor.row_minute
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
