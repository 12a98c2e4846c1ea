-- What moves the marks of a lane. Each call is a transaction of its own, called again while it returns
-- true: there is more. Wherever one is killed, the counts are right.

-- The time that marks and drops go by: the clock's, but not more than a day after the newest event that
-- was stored, so that a clock that is a year ahead for a while closes nothing. Null: nothing was stored.
CREATE OR REPLACE FUNCTION maintenance_time(p_lane smallint, p_now timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT least(p_now, max(received_to) + interval '24 hours') FROM ingest_cursor
            WHERE lane = p_lane AND received_to IS NOT NULL HAVING count(*) > 0);
END
$$;

-- Closes the minutes up to two minutes ago: what happened in them is late from now on. The batches that
-- have read the old mark are waited for, a moment only, since others queue behind us.
CREATE OR REPLACE FUNCTION close_minutes(p_lane smallint DEFAULT 0, p_now timestamptz DEFAULT now())
RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
    v_to timestamptz;
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM pg_advisory_xact_lock(lock_key('lane ' || p_lane));
    v_to := bucket_start('1 minute', maintenance_time(p_lane, p_now) - interval '2 minutes');
    UPDATE marks SET at = v_to WHERE lane = p_lane AND mark = 0 AND at < v_to;
    RETURN false;
EXCEPTION WHEN lock_not_available THEN
    RETURN false; -- the next minute's call does it
END
$$;

-- Adds to counts what a statement selects, of the cells up to p_last.
CREATE OR REPLACE FUNCTION counts_insert(p_select text, p_last integer DEFAULT 31) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN format('INSERT INTO counts AS c (lane, level, bucket, dimension, key, detail, verdict, playback_ms, %s) '
                  '%s ORDER BY 2, 3, 4, 5, 6, 7 '
                  'ON CONFLICT (lane, level, bucket, dimension, key, detail, verdict) DO UPDATE '
                  'SET playback_ms = cell_sum(c.playback_ms, excluded.playback_ms), %s',
                  cell_list('k#', p_last), p_select, cell_list('k# = cell_sum(c.k#, excluded.k#)', p_last));
END
$$;

-- The last dimension and key of the next slice of a bucket, whose parts are p_width wide and lie in p_source:
-- so far that each part gives its share of p_rows, which may be distributed otherwise in each. Null: all
-- that is left is no more than that.
CREATE OR REPLACE FUNCTION slice_end(p_lane smallint, p_source text, p_width interval, p_from timestamptz,
                                     p_to timestamptz, p_dimension smallint, p_key bigint, p_rows integer,
                                     OUT dimension smallint, OUT key bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format(
        'SELECT last.dimension, last.key FROM generate_series($2, $3 - $4, $4) AS part (bucket), LATERAL ('
        'SELECT s.dimension, s.key FROM %s s.lane = $1 AND s.bucket = part.bucket AND s.bucket >= $2 AND s.bucket < $3 '
        'AND (s.dimension, s.key) > ($5, $6) ORDER BY s.dimension, s.key LIMIT 1 '
        'OFFSET greatest($7 / (extract(epoch FROM $3 - $2) / extract(epoch FROM $4))::integer, 1)) AS last '
        'ORDER BY 1, 2 LIMIT 1', p_source)
    INTO dimension, key USING p_lane, p_from, p_to, p_width, p_dimension, p_key, p_rows;
END
$$;

-- Makes one bucket of a level from the level below, p_rows or so of it in a call, and moves the mark past
-- it, and past what is empty behind it, with the last of them. Nobody reads what is not before the mark. The
-- mark's row holds the last dimension and key that are there: fold_late() adds to these as well. The quarter
-- hour's are made from the minutes; those of all go to counts, too.
CREATE OR REPLACE FUNCTION roll_level(p_lane smallint, p_level integer, p_rows integer) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_mark marks%ROWTYPE;
    v_limit timestamptz;
    v_to timestamptz;
    v_next timestamptz;
    v_end record;
    v_width interval := (ARRAY['1 minute', '15 minutes', '1 hour', '24 hours'])[p_level];
    v_source text := CASE WHEN p_level = 1 THEN 'counts_minute s WHERE'
                          ELSE format('counts s WHERE s.level = %s AND', p_level - 1) END;
    v_slice text := format(
        'FROM generate_series($2, $3 - $4, $4) AS part (bucket), LATERAL (SELECT * FROM %s s.lane = $1 '
        'AND s.bucket = part.bucket AND s.bucket >= $2 AND s.bucket < $3 AND (s.dimension, s.key) > ($5, $6) '
        'AND ($7 IS NULL OR (s.dimension, s.key) <= ($7, $8)) OFFSET 0) AS s ', v_source);
BEGIN
    SELECT * INTO v_mark FROM marks WHERE lane = p_lane AND mark = p_level FOR UPDATE;
    SELECT at INTO v_limit FROM marks WHERE lane = p_lane AND mark = p_level - 1;
    v_to := level_next(p_level, v_mark.at);
    IF v_to > v_limit THEN
        RETURN false;
    END IF;
    SELECT * INTO v_end
    FROM slice_end(p_lane, v_source, v_width, v_mark.at, v_to, v_mark.dimension, v_mark.key, p_rows);
    EXECUTE counts_insert(format(
        'SELECT s.lane, %s, $2, s.dimension, s.key, s.detail, s.verdict, sum(s.playback_ms), %s %s '
        'GROUP BY s.lane, s.dimension, s.key, s.detail, s.verdict', p_level, cell_list('sum(s.k#)'), v_slice))
    USING p_lane, v_mark.at, v_to, v_width, v_mark.dimension, v_mark.key, v_end.dimension, v_end.key;
    IF p_level = 1 AND v_mark.dimension < 0 THEN -- there is no dimension 0 behind the first slice
        EXECUTE counts_insert(format(
            'SELECT s.lane, 0, s.bucket, 0::smallint, 0, 0, s.verdict, sum(s.playback_ms), %s FROM counts_minute s '
            'WHERE s.lane = $1 AND s.bucket >= $2 AND s.bucket < $3 AND s.dimension = 0 '
            'GROUP BY s.lane, s.bucket, s.verdict', cell_list('sum(s.k#)'))) USING p_lane, v_mark.at, v_to;
    END IF;
    IF v_end.dimension IS NOT NULL THEN
        UPDATE marks SET dimension = v_end.dimension, key = v_end.key WHERE lane = p_lane AND mark = p_level;
        RETURN true;
    END IF;
    EXECUTE format('SELECT min(s.bucket) FROM %s s.lane = $1 AND s.bucket >= $2', v_source)
    INTO v_next USING p_lane, v_to;
    v_next := greatest(v_to, level_start(p_level, least(v_next, v_limit)));
    UPDATE marks SET at = v_next, dimension = -1, key = 0 WHERE lane = p_lane AND mark = p_level;
    RETURN true;
END
$$;

-- Makes the next slice that can be made, of the coarsest level that has one. Where another session is at
-- it, there is nothing to do. The settings: a slice is had from the index, whatever the planner expects.
CREATE OR REPLACE FUNCTION roll_up(p_lane smallint DEFAULT 0, p_rows integer DEFAULT 6000) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
AS $$
BEGIN
    PERFORM require_lane(p_lane);
    IF NOT pg_try_advisory_xact_lock(lock_key('roll up ' || p_lane)) THEN
        RETURN false;
    END IF;
    FOR v_level IN REVERSE 4..1 LOOP
        IF roll_level(p_lane, v_level, p_rows) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;

-- The end of a statement that has the CTE gone, of closed minutes: adds it to every level whose bucket lies
-- before its mark, or where it has been made in part up to its dimension and key, and to the minutes where they
-- are kept. Those behind the quarter hour's mark, of a quarter hour of which no part is made, go to the minutes
-- alone. Of the cells up to p_last. $1, $2, $3: of all marks, by their numbers + 1, the time, dimension and key.
CREATE OR REPLACE FUNCTION spread_gone(p_last integer DEFAULT 31) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN format($sql$
        minutes AS (
            INSERT INTO counts_minute AS c
                (lane, journal_id, bucket, dimension, key, detail, verdict, playback_ms, %1$s)
            SELECT lane, 0, bucket, dimension, key, detail, verdict, sum(playback_ms), %2$s
            FROM gone WHERE bucket >= $1[6] AND (dimension <> 0 OR bucket >= $1[2])
            GROUP BY lane, bucket, dimension, key, detail, verdict ORDER BY 3, 4, 5, 6, 7
            ON CONFLICT (lane, bucket, dimension, key, detail, verdict, journal_id) DO UPDATE
            SET playback_ms = cell_sum(c.playback_ms, excluded.playback_ms), %3$s
        ), coarser AS (%4$s)
        SELECT count(*) FROM gone
        $sql$, cell_list('k#', p_last), cell_list('sum(k#)', p_last),
        cell_list('k# = cell_sum(c.k#, excluded.k#)', p_last),
        counts_insert(format(
            'SELECT g.lane, l.level, l.start, g.dimension, g.key, g.detail, g.verdict, sum(g.playback_ms), %s '
            'FROM gone g, LATERAL (SELECT n AS level, level_start(n, g.bucket) AS start '
            'FROM generate_series(0, 4) AS n) AS l '
            'WHERE CASE WHEN l.level = 0 THEN g.dimension = 0 AND g.bucket < $1[2] '
            'ELSE (l.start, g.dimension, g.key) <= ($1[l.level + 1], $2[l.level + 1], $3[l.level + 1]) END '
            'GROUP BY 1, 2, 3, 4, 5, 6, 7', cell_list('sum(g.k#)', p_last)), p_last));
END
$$;

-- Takes rows of the late counts whose minute is closed, and adds them to all that is made; while the next quarter
-- hour is being made, only those before its mark. All of it in one statement: the rows that are in neither place,
-- or in both, are seen by nobody. The settings: the first rows are had from the index, whatever the planner
-- expects, and not by sorting all.
CREATE OR REPLACE FUNCTION fold_late(p_lane smallint DEFAULT 0, p_rows integer DEFAULT 1000) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_sort = off SET enable_bitmapscan = off SET jit = off
AS $$
DECLARE
    v_rows integer;
    v_mark record; -- arrays by the marks' numbers + 1
BEGIN
    PERFORM require_lane(p_lane);
    IF NOT pg_try_advisory_xact_lock(lock_key('roll up ' || p_lane)) THEN
        RETURN false;
    END IF;
    SELECT array_agg(at ORDER BY mark) AS at, array_agg(dimension ORDER BY mark) AS dimension,
           array_agg(key ORDER BY mark) AS key
    INTO v_mark FROM marks WHERE lane = p_lane;
    EXECUTE $sql$
        WITH gone AS MATERIALIZED (
            DELETE FROM counts_late
            WHERE lane = $4 AND ctid = ANY (ARRAY(SELECT ctid FROM counts_late WHERE lane = $4 AND bucket < $6
                                                  ORDER BY bucket LIMIT $5 FOR UPDATE SKIP LOCKED))
            RETURNING *
        ),
        $sql$ || spread_gone()
    INTO v_rows USING v_mark.at, v_mark.dimension, v_mark.key, p_lane, p_rows,
                      CASE WHEN v_mark.dimension[2] < 0 THEN v_mark.at[1] ELSE v_mark.at[2] END;
    RETURN v_rows = p_rows;
END
$$;

-- How far behind maintenance_time() the counts are, of what could be rolled up, and how many late rows wait.
CREATE OR REPLACE FUNCTION maintenance_state(OUT lag_seconds double precision, OUT late_rows bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    SELECT extract(epoch FROM max(least(now(), c.received_to + interval '24 hours') - m.at)) INTO lag_seconds
    FROM marks m JOIN (SELECT lane, max(received_to) AS received_to FROM ingest_cursor GROUP BY lane) AS c
                   ON c.lane = m.lane
    WHERE m.mark = 1 AND c.received_to IS NOT NULL;
    lag_seconds := coalesce(lag_seconds, 0);
    SELECT count(*) INTO late_rows FROM counts_late;
END
$$;

-- What a server keeps in mind of the database, whose journal is p_journal: the above, since when events are kept (in
-- seconds since 1970; 0: all), how many other servers have stored something of late, and how many lanes there are.
CREATE OR REPLACE FUNCTION maintenance_report(p_journal uuid, OUT has_more boolean, OUT lag_seconds double precision,
                                              OUT late_rows bigint, OUT events_from double precision,
                                              OUT addresses_from double precision, OUT others bigint, OUT lanes bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    has_more := false;
    SELECT s.lag_seconds, s.late_rows INTO lag_seconds, late_rows FROM maintenance_state() AS s;
    SELECT coalesce(extract(epoch FROM max(m.at)), 0) INTO events_from FROM marks m WHERE m.mark = 6 AND isfinite(m.at);
    SELECT coalesce(extract(epoch FROM min(m.at)), 0) INTO addresses_from FROM marks m
    WHERE m.mark = 8 HAVING isfinite(min(m.at));
    addresses_from := coalesce(addresses_from, 0);
    SELECT count(DISTINCT c.journal) INTO others FROM ingest_cursor c
    WHERE c.journal <> p_journal AND greatest(c.stored_at, c.claimed_at) > now() - interval '10 minutes';
    SELECT count(*) INTO lanes FROM lanes l;
END
$$;
