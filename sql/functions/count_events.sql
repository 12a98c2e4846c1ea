-- The counts of events by minute, for what is not counted by whoever sends it.

-- The code that an error is counted under: VAST 4.2 (2.3.6.3) lists it, or it is 900.
CREATE OR REPLACE FUNCTION error_code(p_code integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_code IN (100, 101, 102, 200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 400, 401,
                            402, 403, 405, 406, 407, 408, 409, 410, 411, 500, 501, 502, 503, 600, 601, 602, 603,
                            604, 900, 901, 902) THEN p_code ELSE 900 END;

-- Kinds are numbers here: 0 has playback time, 23 is an error, 26 no fill. Events without a finite time
-- are not counted. p_times: -1 takes them away.
CREATE OR REPLACE FUNCTION count_events(p_events event_columns, p_times integer DEFAULT 1) RETURNS count_columns
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_counts count_columns;
BEGIN
    EXECUTE format($sql$
        WITH event AS MATERIALIZED (
            SELECT bucket_start('1 minute', occurred_at) AS bucket, kind, verdict, coalesce(ad_id, 0)::bigint AS ad,
                   placement_id AS placement, detail, quantity * $2 AS quantity,
                   CASE WHEN kind = 0 THEN least(greatest(playback_ms, 0), 86400000) * $2 END AS playback_ms
            FROM unnest($1.kind, $1.verdict, $1.ad_id, $1.placement_id, $1.detail, $1.quantity, $1.playback_ms,
                        $1.occurred_at)
                 AS e (kind, verdict, ad_id, placement_id, detail, quantity, playback_ms, occurred_at)
            WHERE isfinite(occurred_at)
        ), part AS (
            SELECT 0::smallint AS dimension, 0::bigint AS key, 0 AS code, event.* FROM event
            UNION ALL SELECT 1::smallint, ad, 0, event.* FROM event WHERE ad <> 0
            UNION ALL SELECT 2::smallint, placement, 0, event.* FROM event WHERE placement <> 0
            UNION ALL SELECT 3::smallint, ad, error_code(detail), event.* FROM event WHERE kind = 23
            UNION ALL SELECT 4::smallint, coalesce(placement, 0), detail, event.* FROM event WHERE kind = 26
        ), row AS (
            SELECT bucket, dimension, key, code, verdict, sum(playback_ms)::bigint AS playback_ms,
                   ARRAY[%s]::bigint[] AS cells
            FROM part GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        )
        SELECT array_agg(bucket), array_agg(dimension), array_agg(key), array_agg(code), array_agg(verdict),
               array_agg(playback_ms), (SELECT array_agg(cell) FROM (SELECT unnest(array_agg(cells))) AS c (cell))
        FROM row
        $sql$, cell_list('coalesce(sum(quantity) FILTER (WHERE kind = #), 0)'))
    INTO v_counts USING p_events, p_times;
    RETURN v_counts;
END
$$;
