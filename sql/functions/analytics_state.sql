-- What the server plans its questions by: read first in the transaction that answers one, behind the lock
-- on what it reads.

-- Microseconds since 1970; null of what is before or behind all.
CREATE OR REPLACE FUNCTION time_us(p_time timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN isfinite(p_time) THEN (extract(epoch FROM p_time) * 1000000)::bigint END;

-- For each lane: its marks by their numbers, and behind them from when to before when anything is counted,
-- as times by blanks, '-' for -infinity or none; up to where the journal is stored; and of what moment all
-- this is, on a standby of the last transaction that came there. While the events of an older version are
-- being brought over, there is no answer.
CREATE OR REPLACE FUNCTION analytics_state(p_journal uuid)
RETURNS TABLE (lane smallint, marks text, last_sequence bigint, as_of_us bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    IF to_regclass('before_events') IS NOT NULL THEN
        RAISE EXCEPTION 'the events stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available';
    END IF;
    IF is_distributed() THEN -- what the server has set for its transaction, at the nodes of the lanes
        PERFORM set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true) FROM marks WHERE mark = 0;
    END IF;
    RETURN QUERY
    SELECT l.lane,
           array_to_string(array_agg(time_us(m.at) ORDER BY m.mark)
               || time_us(least((SELECT min(bucket) FROM counts WHERE lane = l.lane AND level = 1),
                                (SELECT min(bucket) FROM counts_minute WHERE lane = l.lane),
                                (SELECT min(bucket) FROM counts_late WHERE lane = l.lane)))
               || time_us(greatest((SELECT max(bucket) FROM counts_minute WHERE lane = l.lane),
                                   (SELECT max(bucket) FROM counts_late WHERE lane = l.lane))
                          + interval '1 minute'),
               ' ', '-'),
           coalesce((SELECT max(c.last_sequence) FROM ingest_cursor c
                     WHERE c.lane = l.lane AND c.journal = p_journal), 0),
           time_us(CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE now() END)
    FROM lanes l JOIN marks m ON m.lane = l.lane AND m.mark <= 6 GROUP BY l.lane ORDER BY l.lane;
END
$$;
