-- Totals of a window of time, exact to the microsecond, both ends inside.

-- The parts of [p_from, p_to), each with the one source that answers it: 1 counts of a level, 2
-- counts_minute, 3 events. p_marks: a lane's, by their numbers from 0. Levels nest: of each, what lies in
-- whole buckets before its mark, less what the next one has. p_is_all: of dimension 0, whose minutes
-- before the mark are in counts; of the others those before minutes_from are nowhere. An end that lies where
-- the events are gone is moved outwards, to a whole minute of all, to a whole quarter hour of others: the mark
-- of the events is a day's, and not behind that of the minutes, so that no part before it is read from events.
CREATE OR REPLACE FUNCTION window_parts(p_from timestamptz, p_to timestamptz, p_marks timestamptz[],
                                        p_is_all boolean)
RETURNS TABLE (source integer, level integer, first timestamptz, past timestamptz)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_marks timestamptz[] := p_marks[1:array_length(p_marks, 1)]; -- by their numbers + 1
    v_gone_level integer := CASE WHEN p_is_all THEN 0 ELSE 1 END;
    v_low timestamptz[] := ARRAY[p_from]; -- of the level - 1
    v_high timestamptz[] := ARRAY[p_to];
    v_turn timestamptz := v_marks[CASE WHEN p_is_all THEN 2 ELSE 6 END]; -- of the minutes
    v_first timestamptz;
    v_past timestamptz;
BEGIN
    IF p_from < p_to AND p_from < v_marks[7] THEN
        v_low[1] := level_start(v_gone_level, p_from);
    END IF;
    IF p_from < p_to AND p_to < v_marks[7] THEN
        v_high[1] := level_next(v_gone_level, p_to - interval '1 microsecond');
    END IF;
    FOR l IN 0..4 LOOP
        v_first := level_start(l, v_low[l + 1]);
        IF v_first < v_low[l + 1] THEN
            v_first := level_next(l, v_low[l + 1]);
        END IF;
        v_past := level_start(l, v_high[l + 1]);
        IF l > 0 THEN
            v_past := least(v_past, v_marks[l + 1]);
        END IF;
        IF v_first >= v_past THEN -- no whole one
            v_first := v_low[l + 1];
            v_past := v_low[l + 1];
        END IF;
        v_low := v_low || v_first;
        v_high := v_high || v_past;
    END LOOP;
    v_low := v_low || v_low[6];
    v_high := v_high || v_low[6];

    RETURN QUERY
    SELECT s.source, s.level, s.first, s.past
    FROM generate_series(-1, 4) AS l,
         LATERAL (VALUES (v_low[l + 2], v_low[l + 3]), (v_high[l + 3], v_high[l + 2])) AS part (first, past),
         LATERAL (
             SELECT CASE WHEN l < 0 THEN 3 ELSE 1 END, greatest(l, 0), part.first, part.past WHERE l <> 0
             UNION ALL
             SELECT CASE WHEN p_is_all THEN 1 ELSE 3 END, 0, part.first, least(part.past, v_turn) WHERE l = 0
             UNION ALL
             SELECT 2, 0, greatest(part.first, v_turn), part.past WHERE l = 0
         ) AS s (source, level, first, past)
    WHERE s.first < s.past;
END
$$;

-- Whether what has this verdict is of this traffic: net is valid (0), and tests (4) are in neither net nor
-- gross. Inlined.
CREATE OR REPLACE FUNCTION is_traffic(p_verdict smallint, p_traffic text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE p_traffic WHEN 'gross' THEN p_verdict <> 4 WHEN 'net' THEN p_verdict = 0
                      WHEN 'test' THEN p_verdict = 4 END;

-- Of one part, by kind, and the playback time at the end. p_key: of the dimension. Bucket by bucket, since
-- the rows of all other keys lie between them: but for months, which are few, and where there are very many
-- buckets. The late ones have an index for it. The setting: it is the indexes that bound this, whatever the
-- planner expects.
CREATE OR REPLACE FUNCTION part_totals(p_lane smallint, p_source integer, p_level integer, p_first timestamptz,
                                       p_past timestamptz, p_dimension integer, p_key bigint, p_traffic text)
RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET enable_seqscan = off AS $$
DECLARE
    v_totals bigint[];
    v_more bigint[];
    v_past timestamptz := p_past;
    v_width interval := (ARRAY['1 minute', '15 minutes', '1 hour', '24 hours'])[p_level + 1];
    v_sums text := format('SELECT ARRAY[%s, sum(playback_ms)]::bigint[] FROM ', cell_list('sum(k#)'));
    v_where text := ' WHERE lane = $1 AND bucket >= $2 AND bucket < $3 AND dimension = $4 AND key = $5 '
                    'AND is_traffic(verdict, $6)';
    v_counts text := CASE p_source WHEN 1 THEN 'counts' ELSE 'counts_minute' END || v_where
                     || CASE p_source WHEN 1 THEN ' AND level = ' || p_level ELSE '' END;
BEGIN
    IF p_source = 3 THEN
        RETURN event_totals(p_lane, p_first, p_past, CASE WHEN p_dimension = 1 THEN p_key END, p_traffic);
    END IF;
    IF p_source = 2 THEN -- the window may end in years
        SELECT least(p_past, max(bucket) + interval '1 minute') INTO v_past FROM counts_minute WHERE lane = p_lane;
    END IF;
    IF isfinite(p_first) AND v_past <= p_first + 10000 * v_width THEN
        v_counts := format('generate_series($2, $3 - $7, $7) AS part (start), '
                           'LATERAL (SELECT * FROM %s AND bucket = part.start OFFSET 0) AS c', v_counts);
    END IF;
    EXECUTE v_sums || v_counts INTO v_totals
    USING p_lane, p_first, v_past, p_dimension::smallint, p_key, p_traffic, v_width;
    EXECUTE v_sums || 'counts_late' || v_where INTO v_more
    USING p_lane, p_first, p_past, p_dimension::smallint, p_key, p_traffic;
    RETURN add_totals(v_totals, v_more);
END
$$;

-- The same from the events; p_ad_id null: every ad.
CREATE OR REPLACE FUNCTION event_totals(p_lane smallint, p_first timestamptz, p_past timestamptz, p_ad_id bigint,
                                        p_traffic text)
RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan SET enable_seqscan = on
AS $$
DECLARE
    v_totals bigint[] := array_fill(0::bigint, ARRAY[33]);
    v_sum record;
BEGIN
    FOR v_sum IN
        SELECT array_position(enum_range(NULL::event_kind), e.kind) AS place, sum(e.quantity) AS quantity,
               sum(least(greatest(e.playback_ms, 0), 86400000)) AS playback_ms
        FROM (SELECT kind, quantity, playback_ms FROM events
              WHERE NOT late AND occurred_at >= p_first AND occurred_at < p_past AND lane = p_lane
                AND (p_ad_id IS NULL OR ad_id = p_ad_id) AND is_traffic(verdict, p_traffic)
              UNION ALL
              SELECT kind, quantity, playback_ms FROM events
              WHERE late AND occurred_at >= p_first AND occurred_at < p_past AND lane = p_lane
                AND (p_ad_id IS NULL OR ad_id = p_ad_id) AND is_traffic(verdict, p_traffic)) AS e
        GROUP BY e.kind
    LOOP
        v_totals[v_sum.place] := v_sum.quantity;
        IF v_sum.place = 1 THEN -- clicks alone have it
            v_totals[33] := v_sum.playback_ms;
        END IF;
    END LOOP;
    RETURN v_totals;
END
$$;

-- What traffic_totals() returns, all of it as the caller's one snapshot has it.
CREATE OR REPLACE FUNCTION window_totals(p_start timestamptz, p_end timestamptz, p_ad_id integer, p_traffic text)
RETURNS TABLE (kind smallint, events bigint, playback_ms bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    v_totals bigint[] := array_fill(0::bigint, ARRAY[33]);
    v_lane record;
    v_part record;
BEGIN
    FOR v_lane IN SELECT lane, array_agg(at ORDER BY mark) AS marks FROM marks GROUP BY lane LOOP
        FOR v_part IN SELECT * FROM window_parts(p_start, p_end + interval '1 microsecond', v_lane.marks,
                                                 p_ad_id IS NULL) LOOP
            v_totals := add_totals(v_totals, part_totals(
                v_lane.lane, v_part.source, v_part.level, v_part.first, v_part.past,
                CASE WHEN p_ad_id IS NULL THEN 0 ELSE 1 END, coalesce(p_ad_id, 0), p_traffic));
        END LOOP;
    END LOOP;
    RETURN QUERY
    SELECT (k.number - 1)::smallint, v_totals[k.number], CASE WHEN k.number = 1 THEN v_totals[33] ELSE 0 END
    FROM unnest(enum_range(NULL::event_kind)) WITH ORDINALITY AS k (kind, number) ORDER BY k.number;
END
$$;

-- One row per kind, by its number. p_ad_id null: every ad. p_traffic: gross, net or test. While the events of an
-- older version are being brought over, there is no answer. No snapshot holds a partition that is dropped,
-- or its rows where they move to another: so the parents are locked, whoever makes or drops one waits, and
-- the snapshot that is read (VOLATILE: the last statement's own) is taken behind it.
CREATE OR REPLACE FUNCTION traffic_totals(p_start timestamptz, p_end timestamptz, p_ad_id integer, p_traffic text)
RETURNS TABLE (kind smallint, events bigint, playback_ms bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
    IF is_traffic(0::smallint, p_traffic) IS NULL THEN
        RAISE EXCEPTION 'traffic is gross, net or test' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE ONLY events, ONLY counts, ONLY counts_minute, counts_late IN ACCESS SHARE MODE;
    IF to_regclass('before_events') IS NOT NULL THEN
        RAISE EXCEPTION 'the events stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available';
    END IF;
    RETURN QUERY SELECT * FROM window_totals(p_start, p_end, p_ad_id, p_traffic);
END
$$;

-- The gross ones: what programs from before there was another traffic ask for.
CREATE OR REPLACE FUNCTION analytics_totals(p_start timestamptz, p_end timestamptz, p_ad_id integer)
RETURNS TABLE (kind smallint, events bigint, playback_ms bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT * FROM traffic_totals(p_start, p_end, p_ad_id, 'gross');
END
$$;
