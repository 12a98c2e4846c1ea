-- The tables of minutes, as they are written to.

-- The start of the bucket that a time falls into, UTC. The origin lies before all events: before it
-- some releases of PostgreSQL put a time on an edge into the earlier bucket. In this form it knows its
-- names whatever search_path is, and is still inlined: it is called for every event.
CREATE OR REPLACE FUNCTION bucket_start(p_width interval, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_bin(p_width, p_time, timestamptz '0001-01-01 00:00:00+00');

-- The start of the bucket of a level that a time falls into: 0 minute, 1 quarter hour, 2 hour, 3 day,
-- 4 month, of UTC.
CREATE OR REPLACE FUNCTION level_start(p_level integer, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN p_level = 0 THEN bucket_start('1 minute', p_time)
            WHEN p_level = 1 THEN bucket_start('15 minutes', p_time)
            WHEN p_level = 2 THEN bucket_start('1 hour', p_time)
            WHEN p_level = 3 THEN bucket_start('1 day', p_time)
            ELSE date_trunc('month', p_time, 'UTC') END;

-- The start of the bucket after this time's.
CREATE OR REPLACE FUNCTION level_next(p_level integer, p_time timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_width interval := (ARRAY['1 minute', '15 minutes', '1 hour', '24 hours'])[p_level + 1]; -- whatever TimeZone is
BEGIN
    IF p_level = 4 THEN
        RETURN (date_trunc('month', p_time, 'UTC') AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END IF;
    RETURN bucket_start(v_width, p_time) + v_width;
END
$$;

-- Adds counts to a journal's (0: of none): those before p_closed to the late ones. Without a journal they
-- are appended there, and nobody is waited for. Rows ascend, so that nothing deadlocks.
CREATE OR REPLACE FUNCTION add_counts(p_lane smallint, p_journal_id integer, p_closed timestamptz,
                                      p_counts count_columns)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cells bigint[] := p_counts.cells;
    v_kinds integer := cardinality(v_cells) / nullif(cardinality(p_counts.bucket), 0);
    v_last timestamptz := p_counts.bucket[cardinality(p_counts.bucket)];
BEGIN
    IF v_last >= p_closed THEN
        INSERT INTO counts_minute AS c
               (lane, journal_id, bucket, dimension, key, detail, verdict, playback_ms,
                k0, k1, k2, k3, k4, k5, k6, k7,
                k8, k9, k10, k11, k12, k13, k14, k15,
                k16, k17, k18, k19, k20, k21, k22, k23,
                k24, k25, k26, k27, k28, k29, k30, k31)
            SELECT m.lane, p_journal_id, g.bucket, g.dimension, g.key, g.detail, g.verdict, nullif(g.playback_ms, 0),
                   cell_of(v_cells, v_kinds, r.start, 0), cell_of(v_cells, v_kinds, r.start, 1),
                   cell_of(v_cells, v_kinds, r.start, 2), cell_of(v_cells, v_kinds, r.start, 3),
                   cell_of(v_cells, v_kinds, r.start, 4), cell_of(v_cells, v_kinds, r.start, 5),
                   cell_of(v_cells, v_kinds, r.start, 6), cell_of(v_cells, v_kinds, r.start, 7),
                   cell_of(v_cells, v_kinds, r.start, 8), cell_of(v_cells, v_kinds, r.start, 9),
                   cell_of(v_cells, v_kinds, r.start, 10), cell_of(v_cells, v_kinds, r.start, 11),
                   cell_of(v_cells, v_kinds, r.start, 12), cell_of(v_cells, v_kinds, r.start, 13),
                   cell_of(v_cells, v_kinds, r.start, 14), cell_of(v_cells, v_kinds, r.start, 15),
                   cell_of(v_cells, v_kinds, r.start, 16), cell_of(v_cells, v_kinds, r.start, 17),
                   cell_of(v_cells, v_kinds, r.start, 18), cell_of(v_cells, v_kinds, r.start, 19),
                   cell_of(v_cells, v_kinds, r.start, 20), cell_of(v_cells, v_kinds, r.start, 21),
                   cell_of(v_cells, v_kinds, r.start, 22), cell_of(v_cells, v_kinds, r.start, 23),
                   cell_of(v_cells, v_kinds, r.start, 24), cell_of(v_cells, v_kinds, r.start, 25),
                   cell_of(v_cells, v_kinds, r.start, 26), cell_of(v_cells, v_kinds, r.start, 27),
                   cell_of(v_cells, v_kinds, r.start, 28), cell_of(v_cells, v_kinds, r.start, 29),
                   cell_of(v_cells, v_kinds, r.start, 30), cell_of(v_cells, v_kinds, r.start, 31)
            FROM marks m,
                 unnest(p_counts.bucket, p_counts.dimension, p_counts.key, p_counts.detail, p_counts.verdict,
                        p_counts.playback_ms) WITH ORDINALITY
                 AS g (bucket, dimension, key, detail, verdict, playback_ms, place),
                 LATERAL (SELECT (g.place::integer - 1) * v_kinds AS start OFFSET 0) AS r
            WHERE m.lane = p_lane AND m.mark = 0 AND g.bucket >= p_closed
            ORDER BY g.bucket, g.dimension, g.key, g.detail, g.verdict
            ON CONFLICT (lane, bucket, dimension, key, detail, verdict, journal_id) DO UPDATE
            SET playback_ms = cell_sum(c.playback_ms, excluded.playback_ms),
                k0 = cell_sum(c.k0, excluded.k0), k1 = cell_sum(c.k1, excluded.k1),
                k2 = cell_sum(c.k2, excluded.k2), k3 = cell_sum(c.k3, excluded.k3),
                k4 = cell_sum(c.k4, excluded.k4), k5 = cell_sum(c.k5, excluded.k5),
                k6 = cell_sum(c.k6, excluded.k6), k7 = cell_sum(c.k7, excluded.k7),
                k8 = cell_sum(c.k8, excluded.k8), k9 = cell_sum(c.k9, excluded.k9),
                k10 = cell_sum(c.k10, excluded.k10), k11 = cell_sum(c.k11, excluded.k11),
                k12 = cell_sum(c.k12, excluded.k12), k13 = cell_sum(c.k13, excluded.k13),
                k14 = cell_sum(c.k14, excluded.k14), k15 = cell_sum(c.k15, excluded.k15),
                k16 = cell_sum(c.k16, excluded.k16), k17 = cell_sum(c.k17, excluded.k17),
                k18 = cell_sum(c.k18, excluded.k18), k19 = cell_sum(c.k19, excluded.k19),
                k20 = cell_sum(c.k20, excluded.k20), k21 = cell_sum(c.k21, excluded.k21),
                k22 = cell_sum(c.k22, excluded.k22), k23 = cell_sum(c.k23, excluded.k23),
                k24 = cell_sum(c.k24, excluded.k24), k25 = cell_sum(c.k25, excluded.k25),
                k26 = cell_sum(c.k26, excluded.k26), k27 = cell_sum(c.k27, excluded.k27),
                k28 = cell_sum(c.k28, excluded.k28), k29 = cell_sum(c.k29, excluded.k29),
                k30 = cell_sum(c.k30, excluded.k30), k31 = cell_sum(c.k31, excluded.k31);
    END IF;
    IF p_counts.bucket[1] < p_closed THEN
        INSERT INTO counts_late AS c
               (lane, journal_id, bucket, dimension, key, detail, verdict, playback_ms,
                k0, k1, k2, k3, k4, k5, k6, k7,
                k8, k9, k10, k11, k12, k13, k14, k15,
                k16, k17, k18, k19, k20, k21, k22, k23,
                k24, k25, k26, k27, k28, k29, k30, k31)
            SELECT m.lane, nullif(p_journal_id, 0), g.bucket, g.dimension, g.key, g.detail, g.verdict, nullif(g.playback_ms, 0),
                   cell_of(v_cells, v_kinds, r.start, 0), cell_of(v_cells, v_kinds, r.start, 1),
                   cell_of(v_cells, v_kinds, r.start, 2), cell_of(v_cells, v_kinds, r.start, 3),
                   cell_of(v_cells, v_kinds, r.start, 4), cell_of(v_cells, v_kinds, r.start, 5),
                   cell_of(v_cells, v_kinds, r.start, 6), cell_of(v_cells, v_kinds, r.start, 7),
                   cell_of(v_cells, v_kinds, r.start, 8), cell_of(v_cells, v_kinds, r.start, 9),
                   cell_of(v_cells, v_kinds, r.start, 10), cell_of(v_cells, v_kinds, r.start, 11),
                   cell_of(v_cells, v_kinds, r.start, 12), cell_of(v_cells, v_kinds, r.start, 13),
                   cell_of(v_cells, v_kinds, r.start, 14), cell_of(v_cells, v_kinds, r.start, 15),
                   cell_of(v_cells, v_kinds, r.start, 16), cell_of(v_cells, v_kinds, r.start, 17),
                   cell_of(v_cells, v_kinds, r.start, 18), cell_of(v_cells, v_kinds, r.start, 19),
                   cell_of(v_cells, v_kinds, r.start, 20), cell_of(v_cells, v_kinds, r.start, 21),
                   cell_of(v_cells, v_kinds, r.start, 22), cell_of(v_cells, v_kinds, r.start, 23),
                   cell_of(v_cells, v_kinds, r.start, 24), cell_of(v_cells, v_kinds, r.start, 25),
                   cell_of(v_cells, v_kinds, r.start, 26), cell_of(v_cells, v_kinds, r.start, 27),
                   cell_of(v_cells, v_kinds, r.start, 28), cell_of(v_cells, v_kinds, r.start, 29),
                   cell_of(v_cells, v_kinds, r.start, 30), cell_of(v_cells, v_kinds, r.start, 31)
            FROM marks m,
                 unnest(p_counts.bucket, p_counts.dimension, p_counts.key, p_counts.detail, p_counts.verdict,
                        p_counts.playback_ms) WITH ORDINALITY
                 AS g (bucket, dimension, key, detail, verdict, playback_ms, place),
                 LATERAL (SELECT (g.place::integer - 1) * v_kinds AS start OFFSET 0) AS r
            WHERE m.lane = p_lane AND m.mark = 0 AND g.bucket < p_closed
            ORDER BY g.bucket, g.dimension, g.key, g.detail, g.verdict
            ON CONFLICT (lane, bucket, dimension, key, detail, verdict, journal_id) DO UPDATE
            SET playback_ms = cell_sum(c.playback_ms, excluded.playback_ms),
                k0 = cell_sum(c.k0, excluded.k0), k1 = cell_sum(c.k1, excluded.k1),
                k2 = cell_sum(c.k2, excluded.k2), k3 = cell_sum(c.k3, excluded.k3),
                k4 = cell_sum(c.k4, excluded.k4), k5 = cell_sum(c.k5, excluded.k5),
                k6 = cell_sum(c.k6, excluded.k6), k7 = cell_sum(c.k7, excluded.k7),
                k8 = cell_sum(c.k8, excluded.k8), k9 = cell_sum(c.k9, excluded.k9),
                k10 = cell_sum(c.k10, excluded.k10), k11 = cell_sum(c.k11, excluded.k11),
                k12 = cell_sum(c.k12, excluded.k12), k13 = cell_sum(c.k13, excluded.k13),
                k14 = cell_sum(c.k14, excluded.k14), k15 = cell_sum(c.k15, excluded.k15),
                k16 = cell_sum(c.k16, excluded.k16), k17 = cell_sum(c.k17, excluded.k17),
                k18 = cell_sum(c.k18, excluded.k18), k19 = cell_sum(c.k19, excluded.k19),
                k20 = cell_sum(c.k20, excluded.k20), k21 = cell_sum(c.k21, excluded.k21),
                k22 = cell_sum(c.k22, excluded.k22), k23 = cell_sum(c.k23, excluded.k23),
                k24 = cell_sum(c.k24, excluded.k24), k25 = cell_sum(c.k25, excluded.k25),
                k26 = cell_sum(c.k26, excluded.k26), k27 = cell_sum(c.k27, excluded.k27),
                k28 = cell_sum(c.k28, excluded.k28), k29 = cell_sum(c.k29, excluded.k29),
                k30 = cell_sum(c.k30, excluded.k30), k31 = cell_sum(c.k31, excluded.k31);
    END IF;
END
$$;
