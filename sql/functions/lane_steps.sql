-- The number of lanes is doubled in steps, each a transaction of its own, while batches are refused. Killed anywhere,
-- it stands still until it is gone on with.

-- Ends the batches of a lane that have read its number of lanes, and refuses those to come: lanes is 0 from here on.
CREATE OR REPLACE FUNCTION stop_lane(p_lane smallint, p_lanes smallint) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM pg_advisory_xact_lock(lock_key('lane ' || p_lane));
    PERFORM pg_advisory_xact_lock(lock_key('roll up ' || p_lane));
    UPDATE lanes SET lanes = 0, lanes_before = p_lanes WHERE lane = p_lane AND lanes = p_lanes;
    RETURN false;
END
$$;

-- One step at a time, and none that was asked for before another was done.
CREATE OR REPLACE FUNCTION enter_step(p_lane smallint, p_lanes smallint, p_step integer) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key('double lanes'));
    RETURN EXISTS (SELECT 1 FROM lanes l WHERE l.lane = p_lane AND l.lanes = 0 AND l.lanes_before = p_lanes)
           AND coalesce((SELECT s.step FROM lane_steps s WHERE s.lane = p_lane), 0) = p_step;
END
$$;

CREATE OR REPLACE FUNCTION end_step(p_lane smallint, p_step integer, p_key uuid DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO lane_steps AS s (lane, step, key) VALUES (p_lane, p_step, p_key)
    ON CONFLICT (lane) DO UPDATE SET step = excluded.step, key = excluded.key;
END
$$;

-- Lane p_lane + p_lanes is made: it has come as far as p_lane, and has stored nothing.
CREATE OR REPLACE FUNCTION copy_lane(p_lane smallint, p_lanes smallint) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_new smallint := p_lane + p_lanes;
BEGIN
    IF NOT enter_step(p_lane, p_lanes, 0) THEN
        RETURN false;
    END IF;
    INSERT INTO lanes (lane, lanes, lanes_before) VALUES (v_new, 0, p_lanes) ON CONFLICT DO NOTHING;
    INSERT INTO marks (lane, mark, at, dimension, key)
    SELECT v_new, m.mark, m.at, m.dimension, m.key FROM marks m WHERE m.lane = p_lane ON CONFLICT DO NOTHING;
    INSERT INTO ingest_cursor (lane, journal, journal_id, row_minute, nonce, last_sequence, received_to, claimed_at,
                               stored_at, untracked_to)
    SELECT v_new, c.journal, c.journal_id, c.row_minute, c.nonce, c.last_sequence, c.received_to, c.claimed_at,
           c.stored_at, c.untracked_to
    FROM ingest_cursor c WHERE c.lane = p_lane ON CONFLICT DO NOTHING;
    INSERT INTO ingest_runs (lane, journal, nonce, last_sequence, missing, stored_at, row_minute)
    SELECT v_new, r.journal, r.nonce, r.last_sequence, r.missing, r.stored_at, r.row_minute
    FROM ingest_runs r WHERE r.lane = p_lane ON CONFLICT DO NOTHING;
    INSERT INTO placements (lane, id, name, day)
    SELECT v_new, p.id, p.name, p.day FROM placements p WHERE p.lane = p_lane ON CONFLICT DO NOTHING;
    PERFORM end_step(p_lane, 1);
    RETURN false;
END
$$;

-- The next keys of the lane, p_rows of them, go to their new lane where that is another one.
CREATE OR REPLACE FUNCTION move_keys(p_lane smallint, p_lanes smallint, p_rows integer DEFAULT 200000) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_after uuid;
    v_to uuid; -- null: all that is left
    v_new smallint := p_lane + p_lanes;
BEGIN
    IF NOT enter_step(p_lane, p_lanes, 1) THEN
        RETURN false;
    END IF;
    SELECT coalesce(s.key, '00000000-0000-0000-0000-000000000000') INTO v_after FROM lane_steps s WHERE s.lane = p_lane;
    SELECT k.key INTO v_to FROM event_keys k WHERE k.lane = p_lane AND k.key > v_after ORDER BY k.key
    OFFSET p_rows LIMIT 1;
    v_to := coalesce(v_to, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    INSERT INTO event_keys (lane, key)
    SELECT v_new, k.key FROM event_keys k
    WHERE k.lane = p_lane AND k.key >= v_after AND k.key <= v_to AND lane_of(k.key, 0, 2 * p_lanes) = v_new
    ON CONFLICT DO NOTHING;
    DELETE FROM event_keys k
    WHERE k.lane = p_lane AND k.key >= v_after AND k.key <= v_to AND lane_of(k.key, 0, 2 * p_lanes) = v_new;
    PERFORM end_step(p_lane, CASE WHEN v_to = 'ffffffff-ffff-ffff-ffff-ffffffffffff' THEN 2 ELSE 1 END, v_to);
    RETURN false;
END
$$;

-- The rejected events of the lane that go to the new one: where a retry would store them, its keys are.
CREATE OR REPLACE FUNCTION move_rejected(p_lane smallint, p_lanes smallint, p_rows integer DEFAULT 20000)
RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_new smallint := p_lane + p_lanes;
    v_ids bigint[];
BEGIN
    IF NOT enter_step(p_lane, p_lanes, 2) THEN
        RETURN false;
    END IF;
    v_ids := ARRAY(SELECT e.id FROM rejected_events e
                   WHERE e.lane = p_lane AND lane_of(e.key, e.sequence, 2 * p_lanes) = v_new
                   ORDER BY e.id LIMIT p_rows);
    INSERT INTO rejected_events (lane, id, journal, sequence, kind, verdict, flags, ad_id, detail, quantity,
                                 received_at, occurred_at, playback_ms, ip, placement, placement_id, key, reason, rejected_at)
    SELECT v_new, e.id, e.journal, e.sequence, e.kind, e.verdict, e.flags, e.ad_id, e.detail, e.quantity, e.received_at,
           e.occurred_at, e.playback_ms, e.ip, e.placement, e.placement_id, e.key, e.reason, e.rejected_at
    FROM rejected_events e WHERE e.lane = p_lane AND e.id = ANY (v_ids) ON CONFLICT DO NOTHING;
    DELETE FROM rejected_events e WHERE e.lane = p_lane AND e.id = ANY (v_ids);
    IF cardinality(v_ids) < p_rows THEN
        PERFORM end_step(p_lane, 3);
    END IF;
    RETURN false;
END
$$;

-- Ends a doubling: batches of the new number are taken.
CREATE OR REPLACE FUNCTION start_lanes(p_lanes smallint) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key('double lanes'));
    IF (SELECT count(*) FROM lane_steps s WHERE s.step = 3) = p_lanes / 2
       AND (SELECT count(*) FROM lanes l WHERE l.lanes = 0 AND l.lanes_before = p_lanes / 2) = p_lanes THEN
        UPDATE lanes SET lanes = p_lanes, lanes_before = p_lanes;
        DELETE FROM lane_steps;
    END IF;
    RETURN false;
END
$$;

-- What is to be done next for p_lanes lanes: a statement, to be sent by itself and in no transaction block, since those
-- of a distributed lane are handed on to its node only so; null where all is done. progress says it in words.
-- Error: VA005, there are never so many lanes, or there are more.
CREATE OR REPLACE FUNCTION next_lane_step(p_lanes integer, OUT statement text, OUT progress text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_before smallint; -- the number that is being doubled, or the present one
    v_lane smallint; -- the first that is not stopped
    v_is_running boolean;
    v_step record;
BEGIN
    SELECT min(CASE WHEN l.lanes = 0 THEN l.lanes_before ELSE l.lanes END), min(l.lane) FILTER (WHERE l.lanes > 0),
           min(l.lanes) > 0
    INTO v_before, v_lane, v_is_running FROM lanes l;
    IF p_lanes NOT BETWEEN 1 AND 64 OR p_lanes & (p_lanes - 1) <> 0 THEN
        RAISE EXCEPTION '% lanes are never: it is a power of two, 64 at most', p_lanes USING ERRCODE = 'VA005';
    ELSIF p_lanes < v_before THEN
        RAISE EXCEPTION 'there are % lanes, and never fewer than there were', v_before USING ERRCODE = 'VA005';
    ELSIF v_is_running AND p_lanes = v_before THEN
        progress := CASE p_lanes WHEN 1 THEN 'there is 1 lane' ELSE format('there are %s lanes', p_lanes) END;
        RETURN;
    ELSIF p_lanes = v_before THEN
        RAISE EXCEPTION '% lanes are being doubled: go on to %', v_before, 2 * v_before USING ERRCODE = 'VA005';
    END IF;
    IF v_lane < v_before THEN
        statement := format('SELECT stop_lane(%s::smallint, %s::smallint)', v_lane, v_before);
        progress := format('from %s to %s lanes: lane %s is stopped', v_before, 2 * v_before, v_lane);
        RETURN;
    END IF;
    SELECT n AS lane, coalesce(s.step, 0) AS step, s.key INTO v_step
    FROM generate_series(0, v_before - 1) AS n LEFT JOIN lane_steps s ON s.lane = n
    WHERE coalesce(s.step, 0) < 3 ORDER BY n LIMIT 1;
    IF NOT FOUND THEN
        statement := format('SELECT start_lanes(%s::smallint)', 2 * v_before);
        progress := format('from %s to %s lanes: they start', v_before, 2 * v_before);
        RETURN;
    END IF;
    statement := format('SELECT %s(%s::smallint, %s::smallint)',
                        (ARRAY['copy_lane', 'move_keys', 'move_rejected'])[v_step.step + 1], v_step.lane, v_before);
    progress := format('from %s to %s lanes: lane %s, %s', v_before, 2 * v_before, v_step.lane,
                       CASE v_step.step WHEN 0 THEN 'positions' WHEN 2 THEN 'rejected events'
                       ELSE concat_ws(' ', 'keys', to_char(time_of_ms(key_ms(v_step.key)) AT TIME ZONE 'UTC',
                                                           'YYYY-MM-DD HH24:MI')) END);
END
$$;
