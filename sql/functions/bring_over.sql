-- What an older version has stored: the tables before_event_keys, before_rejected_events, before_events.

-- Events of this slice, and their counts: to all that is made already, or to the late ones. That version knew
-- two kinds of event.
CREATE OR REPLACE FUNCTION bring_events(p_slice text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_mark record; -- arrays by the marks' numbers + 1
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key('roll up 0'));
    SELECT array_agg(at ORDER BY mark) AS at, array_agg(dimension ORDER BY mark) AS dimension,
           array_agg(key ORDER BY mark) AS key
    INTO v_mark FROM marks WHERE lane = 0;
    EXECUTE format($sql$
        WITH slice AS MATERIALIZED (SELECT * FROM %s), brought AS (
            INSERT INTO events (id, occurred_at, received_at, ad_id, playback_ms, kind, ip, ip_text)
            SELECT id, occurred_at, occurred_at, ad_id, video_playback_time * 1000::bigint, kind, ip, ip_text
            FROM slice
        ), minute AS MATERIALIZED (
            SELECT bucket_start('1 minute', occurred_at) AS bucket, coalesce(ad_id, 0)::bigint AS ad,
                   sum(CASE WHEN kind = $4[1] THEN least(greatest(video_playback_time, 0), 86400) * 1000::bigint END)
                       AS playback_ms,
                   nullif(count(*) FILTER (WHERE kind = $4[1]), 0) AS k0,
                   nullif(count(*) FILTER (WHERE kind = $4[2]), 0) AS k1
            FROM slice WHERE isfinite(occurred_at) GROUP BY 1, 2
        ), row AS MATERIALIZED (
            SELECT 0::smallint AS lane, bucket, 1::smallint AS dimension, ad AS key, 0 AS detail,
                   0::smallint AS verdict, playback_ms, k0, k1
            FROM minute WHERE ad <> 0
            UNION ALL
            SELECT 0, bucket, 0, 0, 0, 0, sum(playback_ms), sum(k0), sum(k1) FROM minute GROUP BY bucket
        ), late AS (
            INSERT INTO counts_late (lane, bucket, dimension, key, detail, verdict, journal_id, playback_ms, k0, k1)
            SELECT lane, bucket, dimension, key, detail, verdict, NULL, playback_ms, k0, k1
            FROM row WHERE bucket >= $1[2]
        ), gone AS (SELECT * FROM row WHERE bucket < $1[2]),
        $sql$, p_slice) || spread_gone(1)
    USING v_mark.at, v_mark.dimension, v_mark.key, enum_range(NULL::event_kind);
END
$$;

-- The rows of some pages of one of their partitions become rows of the present tables, and are counted.
-- Kinds are numbers + 1 in p_kinds.
CREATE OR REPLACE FUNCTION bring_slice(p_what text, p_partition regclass, p_page bigint, p_past bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_slice text := format('(SELECT * FROM %s WHERE ctid >= ''(%s,0)'' AND ctid < ''(%s,0)'') AS b', p_partition,
                           p_page, p_past);
BEGIN
    IF p_what = 'before_event_keys' THEN -- a key for each of its days; and one for the time of the id
        EXECUTE format($sql$
            INSERT INTO event_keys (lane, key)
            SELECT DISTINCT 0, key_at(k.ms, k.digest) FROM (
                SELECT u.ms, event_digest(0, b.number, b.ad_id, 0, b.event_id) AS digest
                FROM (SELECT ad_id, event_id, array_position($1, kind) - 1 AS number,
                             (day - date '1970-01-01') * 86400000::bigint AS day_ms
                      FROM %s WHERE isfinite(day) AND day >= '1970-01-01' OFFSET 0) AS b,
                     unnest(ARRAY[day_ms, id_ms(b.event_id)]) AS u (ms)
                WHERE u.ms BETWEEN day_ms - 17 * 86400000::bigint AND day_ms + 17 * 86400000::bigint
            ) AS k ORDER BY 2 ON CONFLICT DO NOTHING
            $sql$, v_slice) USING v_kinds;
    ELSIF p_what = 'before_rejected_events' THEN
        EXECUTE format($sql$
            INSERT INTO rejected_events (journal, sequence, kind, verdict, flags, ad_id, detail, quantity, received_at,
                                         occurred_at, playback_ms, ip, key, reason, rejected_at)
            SELECT b.journal, b.sequence, b.kind, 0, 0, b.ad_id, 0, 1, b.occurred_at, b.occurred_at,
                   b.video_playback_time * 1000::bigint, b.ip,
                   key_of(b.event_id, event_digest(0, array_position($1, b.kind) - 1, b.ad_id, 0, b.event_id),
                          b.occurred_at, b.occurred_at), b.reason, b.rejected_at
            FROM %s ORDER BY b.id
            $sql$, v_slice) USING v_kinds;
    ELSE
        PERFORM bring_events(v_slice);
    END IF;
END
$$;

-- Brings the next slice over, in a transaction of a second or so that keeps nobody waiting, and returns
-- whether there is more. Keys come first: until they are here, batches with event_ids are told to come
-- again, and until the events are, so are questions of analytics. The views show what has come. Nobody
-- writes to the old tables any more, so a page's number is a position in them; a partition that is
-- through is dropped.
CREATE OR REPLACE FUNCTION bring_over(p_pages integer DEFAULT 1000) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET jit = off AS $$
DECLARE
    v_what text;
    v_partition regclass;
    v_day timestamptz;
    v_page bigint;
BEGIN
    IF to_regclass('before_positions') IS NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(lock_key('bring over'));
    SELECT t INTO v_what FROM unnest(ARRAY['before_event_keys', 'before_rejected_events', 'before_events'])
           WITH ORDINALITY AS b (t, n) WHERE to_regclass(t) IS NOT NULL ORDER BY n LIMIT 1;
    IF v_what IS NULL THEN
        DROP TABLE IF EXISTS before_positions;
        RETURN false;
    END IF;

    v_partition := v_what::regclass;
    IF EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = v_what::regclass) THEN
        SELECT i.inhrelid, b.first INTO v_partition, v_day
        FROM pg_inherits i LEFT JOIN partition_bounds(v_what) AS b ON b.partition = i.inhrelid
        WHERE i.inhparent = v_what::regclass ORDER BY b.first NULLS LAST LIMIT 1;
    END IF;
    IF v_partition IS NULL THEN
        EXECUTE format('DROP TABLE %I', v_what);
        RETURN true;
    END IF;
    IF v_what = 'before_events' AND coalesce(isfinite(v_day), false) THEN -- the day's own is made first
        IF make_partition('events', false, v_day::date) THEN
            RETURN true;
        END IF;
    END IF;

    SELECT page INTO v_page FROM before_positions WHERE partition = v_partition;
    v_page := coalesce(v_page, 0);
    IF v_page * current_setting('block_size')::integer >= pg_relation_size(v_partition) THEN
        DELETE FROM before_positions WHERE partition = v_partition;
        EXECUTE format('DROP TABLE %s', v_partition);
        RETURN true;
    END IF;
    PERFORM bring_slice(v_what, v_partition, v_page, v_page + p_pages);
    INSERT INTO before_positions VALUES (v_partition, v_page + p_pages)
    ON CONFLICT (partition) DO UPDATE SET page = excluded.page;
    RETURN true;
END
$$;
