-- What becomes of events that are kept for some time only. Their counts stay, whatever goes here.

-- Moves mark 6 of each lane, from which on its events are all there, to the beginning of p_time's day; it
-- never goes back, nor past the mark of the minutes: quarter hours answer for what lies before that. Returns
-- whether one has moved.
CREATE OR REPLACE FUNCTION move_events_from(p_time timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE marks m SET at = bucket_start('1 day', least(p_time, kept.at))
    FROM marks kept WHERE m.mark = 6 AND kept.mark = 5 AND kept.lane = m.lane AND p_time IS NOT NULL
      AND m.at < bucket_start('1 day', least(p_time, kept.at));
    RETURN FOUND;
END
$$;

-- Deletes so many rows at most of what happened before p_time, and passes over those that others are at.
-- Rows without a time stay.
CREATE OR REPLACE FUNCTION delete_events(p_partition regclass, p_time timestamptz, p_rows integer) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_lane smallint;
    v_rows bigint;
BEGIN
    FOREACH v_lane IN ARRAY ARRAY(SELECT lane FROM lanes) LOOP
        EXECUTE format('DELETE FROM %1$s WHERE lane = $3 AND occurred_at < $1 AND ctid = ANY (ARRAY('
                       'SELECT ctid FROM %1$s WHERE lane = $3 AND occurred_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))',
                       p_partition)
        USING p_time, p_rows, v_lane;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        IF v_rows > 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;

-- The next step of forgetting what happened before the day of p_time, and whether there is one: first the
-- mark moves, in a transaction of its own. Whoever reads locks events before it takes its snapshot, and so
-- reads either what is still there or the mark that it must not read before. Then a partition of days gone by
-- is dropped, or some rows are deleted where other rows stay: in the default partition, to which late events
-- of such days come, and in one that reaches beyond that day.
CREATE OR REPLACE FUNCTION forget_events(p_time timestamptz, p_rows integer DEFAULT 10000) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_from timestamptz;
    v_old record;
BEGIN
    IF move_events_from(p_time) THEN
        RETURN true;
    END IF;
    v_from := bucket_start('1 day', least(p_time, (SELECT min(at) FROM marks WHERE mark = 6)));
    FOR v_old IN SELECT partition FROM partition_bounds('events') WHERE past <= v_from LOOP
        IF drop_partition(v_old.partition) THEN
            RETURN true;
        END IF;
    END LOOP;
    FOR v_old IN
        SELECT partition FROM partition_bounds('events') WHERE first < v_from AND past > v_from
        UNION ALL
        SELECT p FROM default_partition('events') AS p WHERE p IS NOT NULL
    LOOP
        IF delete_events(v_old.partition, v_from, p_rows) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
