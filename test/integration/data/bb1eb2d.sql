-- A database of revision bb1eb2d, the last before ads had creatives: events of every kind, some late, some of
-- bots, with event_ids and placements; duplicates, rejected events, a row inserted into a view. Made by pg_dump
-- of PostgreSQL 15 (--no-owner --inserts) without its comments.
\restrict V5XLr97c7FTTvFfa83PRcXRii16MOfOkIo31PC9gHVYMvGZ3nDCsDKA5IXcsJIM
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE TYPE public.count_columns AS (
	bucket timestamp with time zone[],
	dimension smallint[],
	key bigint[],
	detail integer[],
	verdict smallint[],
	playback_ms bigint[],
	cells bigint[]
);
CREATE TYPE public.event_columns AS (
	sequence bigint[],
	kind smallint[],
	verdict smallint[],
	flags smallint[],
	ad_id integer[],
	detail integer[],
	quantity integer[],
	received_at timestamp with time zone[],
	occurred_at timestamp with time zone[],
	playback_ms bigint[],
	ip inet[],
	placement text[],
	placement_id bigint[],
	key uuid[]
);
CREATE TYPE public.event_kind AS ENUM (
    'click',
    'impression',
    'loaded',
    'start',
    'firstQuartile',
    'midpoint',
    'thirdQuartile',
    'complete',
    'progress',
    'mute',
    'unmute',
    'pause',
    'resume',
    'rewind',
    'skip',
    'playerExpand',
    'playerCollapse',
    'closeLinear',
    'otherAdInteraction',
    'acceptInvitation',
    'viewable',
    'notViewable',
    'viewUndetermined',
    'error',
    'request',
    'fill',
    'nofill'
);
CREATE FUNCTION public.add_counts(p_lane smallint, p_journal_id integer, p_closed timestamp with time zone, p_counts public.count_columns) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
CREATE FUNCTION public.add_totals(p_totals bigint[], p_more bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(SELECT coalesce(p_totals[n], 0) + coalesce(p_more[n], 0)
                 FROM generate_series(1, greatest(cardinality(p_totals), cardinality(p_more),
                                                  cardinality(enum_range(NULL::event_kind)))) AS n);
END
$$;
CREATE FUNCTION public.analytics_totals(p_start timestamp with time zone, p_end timestamp with time zone, p_ad_id integer) RETURNS TABLE(kind smallint, events bigint, playback_ms bigint)
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET jit TO 'off'
    AS $$
BEGIN
    LOCK TABLE ONLY events, ONLY counts, ONLY counts_minute, counts_late IN ACCESS SHARE MODE;
    IF to_regclass('before_events') IS NOT NULL THEN
        RAISE EXCEPTION 'the events stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available';
    END IF;
    RETURN QUERY SELECT * FROM window_totals(p_start, p_end, p_ad_id);
END
$$;
CREATE FUNCTION public.bound_time(p_bound text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
DECLARE
    v_value text := btrim(regexp_replace(p_bound, '^(true|false|MINVALUE|MAXVALUE), ', ''), '''');
BEGIN
    IF v_value = 'MINVALUE' THEN
        RETURN '-infinity';
    ELSIF v_value = 'MAXVALUE' THEN
        RETURN 'infinity';
    ELSIF v_value ~ '^[0-9a-f]{8}-[0-9a-f]{4}-' THEN
        RETURN time_of_ms(key_ms(v_value::uuid));
    END IF;
    RETURN v_value::timestamptz;
END
$$;
CREATE FUNCTION public.bring_events(p_slice text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;
CREATE FUNCTION public.bring_over(p_pages integer DEFAULT 1000) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET jit TO 'off'
    AS $$
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
CREATE FUNCTION public.bring_slice(p_what text, p_partition regclass, p_page bigint, p_past bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;
CREATE FUNCTION public.bucket_start(p_width interval, p_time timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date_bin(p_width, p_time, '0001-01-01 00:00:00+00'::timestamp with time zone);
CREATE FUNCTION public.bytes_of(p_number integer) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    RETURN (((substr(int4send(p_number), 4, 1) || substr(int4send(p_number), 3, 1)) || substr(int4send(p_number), 2, 1)) || substr(int4send(p_number), 1, 1));
CREATE FUNCTION public.cell_list(p_form text, p_last integer DEFAULT 31) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    RETURN (SELECT string_agg(replace(cell_list.p_form, '#'::text, (n.n)::text), ', '::text ORDER BY n.n) AS string_agg FROM generate_series(0, cell_list.p_last) n(n));
CREATE FUNCTION public.cell_of(p_cells bigint[], p_kinds integer, p_start integer, p_kind integer) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_kind < p_kinds) THEN NULLIF((p_cells)[((p_start + p_kind) + 1)], 0) ELSE NULL::bigint END;
CREATE FUNCTION public.cell_sum(p_one bigint, p_other bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE((p_one + p_other), p_one, p_other);
CREATE FUNCTION public.claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[], OUT is_locked boolean, OUT journal_id integer, OUT lanes smallint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key('claim ' || p_journal)); -- one at a time makes the first row
    SELECT c.journal_id INTO journal_id FROM ingest_cursor c WHERE c.journal = p_journal AND c.lane = 0;
    IF NOT FOUND THEN
        INSERT INTO ingest_cursor AS c (journal, nonce, row_minute)
        VALUES (p_journal, p_nonce, bucket_start('1 minute', now())) RETURNING c.journal_id INTO journal_id;
    END IF;
    v_cursor := lock_cursor(0::smallint, journal_id);
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
        PERFORM pass_run(lock_run(0::smallint, p_journal, v_cursor.nonce), v_cursor.last_sequence);
    END IF;
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = now()
    WHERE c.lane = 0 AND c.journal_id = v_cursor.journal_id AND c.row_minute = v_cursor.row_minute
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
    SELECT l.lanes INTO lanes FROM lanes l WHERE l.lane = 0;
END
$$;
CREATE FUNCTION public.claim_keys(p_lane smallint, p_event integer[], p_claim uuid[]) RETURNS integer[]
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_fresh uuid[];
    v_duplicates integer[] := '{}';
BEGIN
    IF to_regclass('before_event_keys') IS NOT NULL THEN
        RAISE EXCEPTION 'the event_ids stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available'; -- so that it is tried again
    END IF;
    BEGIN
        INSERT INTO event_keys (lane, key)
        SELECT m.lane, unnest(p_claim) FROM marks m WHERE m.lane = p_lane AND m.mark = 0;
        RETURN v_duplicates;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
    WITH claimed AS (
        INSERT INTO event_keys (lane, key)
        SELECT m.lane, unnest(p_claim) FROM marks m WHERE m.lane = p_lane AND m.mark = 0
        ON CONFLICT DO NOTHING
        RETURNING key
    )
    SELECT array_agg(key) INTO v_fresh FROM claimed;
    IF coalesce(cardinality(v_fresh), 0) < cardinality(p_claim) THEN
        v_duplicates := ARRAY(
            SELECT DISTINCT c.event
            FROM (SELECT event, claim, first_value(event) OVER (PARTITION BY claim ORDER BY event) AS first
                  FROM unnest(p_event, p_claim) AS given (event, claim)) AS c
            LEFT JOIN unnest(v_fresh) AS f (key) ON f.key = c.claim
            WHERE f.key IS NULL OR c.first <> c.event);
    END IF;
    RETURN v_duplicates;
END
$$;
CREATE FUNCTION public.claim_rejected(p_lane smallint, p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_claim_event integer[];
    v_claim uuid[];
    v_gone bigint[];
BEGIN
    SELECT array_agg(i.n ORDER BY c.claim), array_agg(c.claim ORDER BY c.claim) INTO v_claim_event, v_claim
    FROM unnest(p_ids) WITH ORDINALITY AS i (id, n)
    JOIN rejected_events e ON e.lane = p_lane AND e.id = i.id AND e.key IS NOT NULL,
         unnest(key_claims(e.key, e.occurred_at)) AS c (claim);
    IF v_claim IS NULL THEN
        RETURN p_ids;
    END IF;
    v_gone := ARRAY(SELECT p_ids[n] FROM unnest(claim_keys(p_lane, v_claim_event, v_claim)) AS n);
    DELETE FROM rejected_events WHERE lane = p_lane AND id = ANY (v_gone);
    RETURN ARRAY(SELECT unnest(p_ids) EXCEPT SELECT unnest(v_gone) ORDER BY 1);
END
$$;
CREATE FUNCTION public.close_minutes(p_lane smallint DEFAULT 0, p_now timestamp with time zone DEFAULT clock_timestamp()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $$
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM pg_advisory_xact_lock(lock_key('lane ' || p_lane));
    UPDATE marks SET at = bucket_start('1 minute', maintenance_time(p_lane, p_now) - interval '2 minutes')
    WHERE lane = p_lane AND mark = 0
      AND at < bucket_start('1 minute', maintenance_time(p_lane, p_now) - interval '2 minutes');
    RETURN false;
EXCEPTION WHEN lock_not_available THEN
    RETURN false; -- the next minute's call does it
END
$$;
SET default_tablespace = '';
CREATE TABLE public.events (
    id bigint NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
)
PARTITION BY RANGE (late, occurred_at);
ALTER TABLE ONLY public.events REPLICA IDENTITY FULL;
CREATE FUNCTION public.count_event(p_event public.events, p_times integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_kind smallint := array_position(enum_range(NULL::event_kind), p_event.kind) - 1;
BEGIN
    PERFORM add_counts(p_event.lane, 0, 'infinity', count_events(
        ROW(NULL, ARRAY[v_kind], ARRAY[p_event.verdict], NULL, ARRAY[p_event.ad_id], ARRAY[p_event.detail],
            ARRAY[p_event.quantity], NULL, ARRAY[p_event.occurred_at], ARRAY[p_event.playback_ms], NULL, NULL,
            ARRAY[p_event.placement_id], NULL)::event_columns, p_times));
END
$$;
CREATE FUNCTION public.count_events(p_events public.event_columns, p_times integer DEFAULT 1) RETURNS public.count_columns
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;
CREATE FUNCTION public.counts_insert(p_select text, p_last integer DEFAULT 31) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN format('INSERT INTO counts AS c (lane, level, bucket, dimension, key, detail, verdict, playback_ms, %s) '
                  '%s ORDER BY 2, 3, 4, 5, 6, 7 '
                  'ON CONFLICT (lane, level, bucket, dimension, key, detail, verdict) DO UPDATE '
                  'SET playback_ms = cell_sum(c.playback_ms, excluded.playback_ms), %s',
                  cell_list('k#', p_last), p_select, cell_list('k# = cell_sum(c.k#, excluded.k#)', p_last));
END
$$;
CREATE FUNCTION public.day_bound(p_table text, p_is_late boolean, p_day date) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
BEGIN
    RETURN CASE p_table WHEN 'event_keys' THEN quote_literal(key_from(p_day))
                        WHEN 'events' THEN format('%L, %L', p_is_late, p_day::timestamptz)
                        ELSE quote_literal(p_day::timestamptz) END;
END
$$;
CREATE FUNCTION public.enter_lane(p_lane smallint, p_lanes smallint) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_lanes smallint;
    v_closed timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_key('lane ' || p_lane));
    SELECT l.lanes, m.at INTO v_lanes, v_closed
    FROM lanes l JOIN marks m ON m.lane = l.lane AND m.mark = 0 WHERE l.lane = p_lane;
    IF v_closed IS NULL THEN
        RAISE EXCEPTION 'lane % has no marks', p_lane;
    END IF;
    IF v_lanes <> p_lanes THEN
        RAISE EXCEPTION 'the database has % lanes, the batch was built for %', v_lanes, p_lanes
            USING ERRCODE = 'VA003';
    END IF;
    RETURN v_closed;
END
$$;
CREATE FUNCTION public.error_code(p_code integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_code = ANY (ARRAY[100, 101, 102, 200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 400, 401, 402, 403, 405, 406, 407, 408, 409, 410, 411, 500, 501, 502, 503, 600, 601, 602, 603, 604, 900, 901, 902])) THEN p_code ELSE 900 END;
CREATE FUNCTION public.event_digest(p_space integer, p_kind integer, p_ad_id integer, p_detail integer, p_id text) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(((((substr(public.bytes_of(p_space), 1, 1) || substr(public.bytes_of(p_kind), 1, 1)) || public.bytes_of(p_ad_id)) || public.bytes_of(p_detail)) || convert_to(p_id, 'UTF8'::name)));
CREATE FUNCTION public.event_totals(p_lane smallint, p_first timestamp with time zone, p_past timestamp with time zone, p_ad_id bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'on'
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
                AND (p_ad_id IS NULL OR ad_id = p_ad_id)
              UNION ALL
              SELECT kind, quantity, playback_ms FROM events
              WHERE late AND occurred_at >= p_first AND occurred_at < p_past AND lane = p_lane
                AND (p_ad_id IS NULL OR ad_id = p_ad_id)) AS e
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
CREATE FUNCTION public.events_of(p_events public.event_columns, p_fates smallint[], p_fate integer) RETURNS public.event_columns
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_events event_columns;
BEGIN
    SELECT array_agg(sequence ORDER BY n), array_agg(kind ORDER BY n), array_agg(verdict ORDER BY n),
           array_agg(flags ORDER BY n), array_agg(ad_id ORDER BY n), array_agg(detail ORDER BY n),
           array_agg(quantity ORDER BY n), array_agg(received_at ORDER BY n), array_agg(occurred_at ORDER BY n),
           array_agg(playback_ms ORDER BY n), array_agg(ip ORDER BY n), array_agg(placement ORDER BY n),
           array_agg(placement_id ORDER BY n), array_agg(key ORDER BY n)
    INTO v_events
    FROM unnest(p_events.sequence, p_events.kind, p_events.verdict, p_events.flags, p_events.ad_id,
                p_events.detail, p_events.quantity, p_events.received_at, p_events.occurred_at,
                p_events.playback_ms, p_events.ip, p_events.placement, p_events.placement_id, p_events.key,
                p_fates) WITH ORDINALITY
         AS e (sequence, kind, verdict, flags, ad_id, detail, quantity, received_at, occurred_at, playback_ms, ip,
               placement, placement_id, key, fate, n)
    WHERE e.fate = p_fate;
    RETURN v_events;
END
$$;
SET default_table_access_method = heap;
CREATE TABLE public.ingest_runs (
    lane smallint DEFAULT 0 NOT NULL,
    journal uuid NOT NULL,
    nonce uuid NOT NULL,
    last_sequence bigint DEFAULT 0 NOT NULL,
    missing int8multirange DEFAULT '{}'::int8multirange NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL,
    row_minute timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
CREATE FUNCTION public.find_run(p_lane smallint, p_journal uuid, p_run uuid, p_first bigint) RETURNS public.ingest_runs
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    SELECT * INTO v_run FROM ingest_runs r
    WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run AND r.last_sequence > 0;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal = p_journal;
    IF v_run.nonce IS NULL AND v_cursor.nonce IS DISTINCT FROM p_run
       AND (p_first >> 40 << 40) < v_cursor.untracked_to THEN
        RETURN NULL;
    END IF;
    IF v_run.nonce IS NULL THEN -- as it was when it was locked, or will be
        SELECT * INTO v_run FROM ingest_runs r
        WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run;
    END IF;
    v_run.lane := p_lane;
    v_run.journal := p_journal;
    v_run.nonce := p_run;
    v_run.missing := coalesce(v_run.missing, '{}');
    v_run.last_sequence := greatest(v_run.last_sequence, 0);
    IF v_cursor.nonce = p_run THEN
        v_run.last_sequence := greatest(v_run.last_sequence, v_cursor.last_sequence);
    END IF;
    RETURN v_run;
END
$$;
CREATE FUNCTION public.fold_late(p_lane smallint DEFAULT 0, p_rows integer DEFAULT 1000) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET enable_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    AS $_$
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
$_$;
CREATE FUNCTION public.forget_runs(p_before timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_journal uuid;
    v_forgotten bigint;
BEGIN
    FOR v_journal IN
        SELECT c.journal FROM ingest_cursor c
        WHERE c.lane = 0 AND EXISTS (SELECT FROM ingest_runs r WHERE r.lane = 0 AND r.journal = c.journal
                      AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence)
        FOR UPDATE SKIP LOCKED
    LOOP
        WITH gone AS (
            DELETE FROM ingest_runs r USING ingest_cursor c
            WHERE c.journal = v_journal AND c.lane = 0 AND r.lane = 0 AND r.journal = v_journal
              AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence
            RETURNING r.last_sequence
        )
        SELECT max(last_sequence) INTO v_forgotten FROM gone;
        UPDATE ingest_cursor c SET untracked_to = greatest(c.untracked_to, v_forgotten)
        WHERE c.journal = v_journal AND c.lane = 0;
    END LOOP;
END
$$;
CREATE FUNCTION public.free_name(p_name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_schema oid := (SELECT oid FROM pg_namespace WHERE nspname = current_schema());
BEGIN
    WHILE EXISTS (SELECT FROM pg_class WHERE relnamespace = v_schema AND relname = p_name)
          OR EXISTS (SELECT FROM pg_type WHERE typnamespace = v_schema AND typname = p_name) LOOP
        p_name := p_name || '_';
    END LOOP;
    RETURN p_name;
END
$$;
CREATE FUNCTION public.key_ms(p_key uuid) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN ((('x'::text || substr(translate((p_key)::text, '-'::text, ''::text), 1, 12)))::bit(48))::bigint;
CREATE FUNCTION public.id_ms(p_id text) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (p_id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'::text) THEN NULLIF(public.key_ms((p_id)::uuid), ((public.key_ms((p_id)::uuid) / 86400000) * 86400000)) ELSE NULL::bigint END;
CREATE FUNCTION public.import_batch(p_journal uuid, p_run uuid, p_force boolean, p_sequence bigint[], p_kind smallint[], p_verdict smallint[], p_flags smallint[], p_ad_id integer[], p_detail integer[], p_quantity integer[], p_received_at timestamp with time zone[], p_occurred_at timestamp with time zone[], p_playback_ms bigint[], p_ip inet[], p_placement text[], p_placement_id bigint[], p_key uuid[], p_claim_event integer[], p_claim uuid[], p_name_id bigint[], p_name text[], p_count_bucket timestamp with time zone[], p_count_dimension smallint[], p_count_key bigint[], p_count_detail integer[], p_count_verdict smallint[], p_count_playback_ms bigint[], p_count_cells bigint[], p_reject text, p_lane smallint DEFAULT 0, p_lanes smallint DEFAULT 1, OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint, OUT rejected bigint, OUT known bigint, OUT too_late bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET jit TO 'off'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_now record;
BEGIN
    PERFORM require_lane(p_lane);
    PERFORM lock_run(p_lane, p_journal, p_run);
    v_run := find_run(p_lane, p_journal, p_run, p_sequence[1]);
    IF v_run.nonce IS NULL THEN
        RAISE EXCEPTION 'what was stored of this run is not known' USING ERRCODE = 'VA004';
    END IF;
    SELECT * INTO v_now
    FROM store_batch(p_lane, p_lanes, p_journal, 0, v_run.last_sequence, v_run.missing, p_force,
                     ROW(p_sequence, p_kind, p_verdict, p_flags, p_ad_id, p_detail, p_quantity, p_received_at,
                         p_occurred_at, p_playback_ms, p_ip, p_placement, p_placement_id, p_key)::event_columns,
                     p_claim_event, p_claim, p_name_id, p_name,
                     ROW(p_count_bucket, p_count_dimension, p_count_key, p_count_detail, p_count_verdict,
                         p_count_playback_ms, p_count_cells)::count_columns, p_reject);
    PERFORM note_stored(v_run, 0, v_run.last_sequence, p_sequence);
    last_sequence := p_sequence[cardinality(p_sequence)];
    SELECT coalesce(sum(s), 0) INTO stored FROM unnest(v_now.stored) AS s;
    SELECT coalesce(sum(d), 0) INTO duplicate FROM unnest(v_now.duplicate) AS d;
    rejected := coalesce(v_now.rejected[1], 0) + coalesce(v_now.rejected[2], 0);
    too_late := coalesce(v_now.rejected[3], 0);
    SELECT sum(q) - stored - duplicate - rejected - too_late INTO known FROM unnest(p_quantity) AS q;
END
$$;
CREATE FUNCTION public.import_position(p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce(lower(r.missing) - 1, r.last_sequence) FROM find_run(0::smallint, p_journal, p_run, p_first) AS r
$$;
CREATE FUNCTION public.inet_or_null(p_text text) RETURNS inet
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN p_text::inet;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;
CREATE FUNCTION public.ingest_batch(p_lane smallint, p_journal integer, p_nonce uuid, p_run uuid, p_lanes smallint, p_upto bigint, p_sequence bigint[], p_kind smallint[], p_verdict smallint[], p_flags smallint[], p_ad_id integer[], p_detail integer[], p_quantity integer[], p_received_at timestamp with time zone[], p_occurred_at timestamp with time zone[], p_playback_ms bigint[], p_ip inet[], p_placement text[], p_placement_id bigint[], p_key uuid[], p_claim_event integer[], p_claim uuid[], p_name_id bigint[], p_name text[], p_count_bucket timestamp with time zone[], p_count_dimension smallint[], p_count_key bigint[], p_count_detail integer[], p_count_verdict smallint[], p_count_playback_ms bigint[], p_count_cells bigint[], p_reject text, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET jit TO 'off'
    AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_cursor ingest_cursor%ROWTYPE;
    v_run ingest_runs%ROWTYPE;
    v_after bigint;
    v_missing int8multirange := '{}'; -- of the run, and above the cursor
    v_now record;
BEGIN
    PERFORM require_lane(p_lane);
    v_cursor := lock_cursor(p_lane, p_journal);
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;
    IF p_run IS NOT NULL AND v_last IS NOT NULL THEN
        v_run := lock_run(p_lane, v_cursor.journal, p_run);
    END IF;
    v_after := greatest(v_cursor.last_sequence, v_run.last_sequence);
    IF v_run.missing <> '{}' THEN
        v_missing := v_run.missing * int8multirange(int8range(v_cursor.last_sequence, NULL, '()'));
    END IF;
    IF v_after > v_cursor.last_sequence THEN -- an import was here: the books call it stored
        v_cursor.stored := add_totals(v_cursor.stored, ARRAY(
            SELECT coalesce(sum(b.quantity), 0)
            FROM generate_series(0, cardinality(enum_range(NULL::event_kind)) - 1) AS k
            LEFT JOIN unnest(p_sequence, p_kind, p_quantity) AS b (sequence, kind, quantity)
                   ON b.kind = k AND b.sequence > v_cursor.last_sequence AND b.sequence <= v_after
                  AND NOT b.sequence <@ v_missing
            GROUP BY k ORDER BY k));
    END IF;
    SELECT * INTO v_now
    FROM store_batch(p_lane, p_lanes, v_cursor.journal, p_journal, v_after, v_missing, false,
                     ROW(p_sequence, p_kind, p_verdict, p_flags, p_ad_id, p_detail, p_quantity, p_received_at,
                         p_occurred_at, p_playback_ms, p_ip, p_placement, p_placement_id, p_key)::event_columns,
                     p_claim_event, p_claim, p_name_id, p_name,
                     ROW(p_count_bucket, p_count_dimension, p_count_key, p_count_detail, p_count_verdict,
                         p_count_playback_ms, p_count_cells)::count_columns, p_reject);
    IF v_run.nonce IS NOT NULL THEN
        PERFORM note_stored(v_run, v_cursor.last_sequence, v_after, p_sequence);
    END IF;
    last_sequence := greatest(v_cursor.last_sequence, v_last, p_upto);
    stored := add_totals(v_cursor.stored, v_now.stored);
    duplicate := add_totals(v_cursor.duplicate, v_now.duplicate);
    rejected := ARRAY(SELECT coalesce(v_cursor.rejected[n], 0) + coalesce(v_now.rejected[n], 0)
                      FROM generate_series(1, 3) AS n);
    PERFORM move_cursor(v_cursor, last_sequence, stored, duplicate, rejected,
                        greatest(v_cursor.received_to, p_received_at[1], p_received_at[cardinality(p_received_at)]));
END
$$;
CREATE FUNCTION public.insert_events(p_lane smallint, p_closed timestamp with time zone, p_events public.event_columns) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_id bigint := nextval('events_id_seq');
BEGIN
    INSERT INTO events (lane, id, occurred_at, received_at, playback_ms, placement_id, ad_id, detail, quantity, kind,
                        verdict, flags, late, ip, placement)
    SELECT m.lane, v_id + generate_series(0, cardinality(p_events.sequence) - 1), unnest(p_events.occurred_at),
           unnest(p_events.received_at), unnest(p_events.playback_ms), unnest(p_events.placement_id),
           unnest(p_events.ad_id), unnest(p_events.detail), unnest(p_events.quantity),
           v_kinds[unnest(p_events.kind) + 1], unnest(p_events.verdict), unnest(p_events.flags),
           unnest(p_events.occurred_at) < p_closed, unnest(p_events.ip), unnest(p_events.placement)
    FROM marks m WHERE m.lane = p_lane AND m.mark = 0;
END
$$;
CREATE FUNCTION public.judge_events(p_events public.event_columns, p_after bigint, p_missing int8multirange, p_known bigint[], p_oldest timestamp with time zone, p_is_refused boolean) RETURNS smallint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(
        SELECT CASE WHEN e.sequence <= p_after AND NOT e.sequence <@ p_missing THEN 1
                    WHEN p_is_refused THEN 4
                    WHEN e.ad_id <> 0 AND k.id IS NULL THEN 3
                    WHEN e.key IS NOT NULL AND e.received_at < p_oldest THEN 5
                    ELSE 0 END::smallint
        FROM unnest(p_events.sequence, p_events.ad_id, p_events.received_at, p_events.key) WITH ORDINALITY
             AS e (sequence, ad_id, received_at, key, n)
        LEFT JOIN unnest(p_known) AS k (id) ON k.id = e.ad_id
        ORDER BY e.n);
END
$$;
CREATE FUNCTION public.key_at(p_ms bigint, p_digest bytea) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    RETURN (encode((substr(int8send(p_ms), 3) || substr(p_digest, 1, 10)), 'hex'::text))::uuid;
CREATE FUNCTION public.key_claims(p_key uuid, p_occurred_at timestamp with time zone) RETURNS uuid[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_ms bigint := key_ms(p_key);
    v_digest bytea := substr(uuid_send(p_key), 7);
    v_occurred_ms bigint := floor(extract(epoch FROM p_occurred_at) * 1000);
    v_day bigint := floor(v_occurred_ms / 86400000.0) * 86400000;
    v_days uuid[] := ARRAY[key_at(v_day, v_digest), key_at(v_day + 86400000, v_digest)];
BEGIN
    IF v_ms % 86400000 = 0 THEN
        RETURN v_days;
    ELSIF p_occurred_at > time_of_ms(v_ms) - interval '23 hours'
          AND p_occurred_at < time_of_ms(v_ms) + interval '23 hours' THEN
        RETURN ARRAY[p_key];
    END IF;
    RETURN p_key || v_days;
END
$$;
CREATE FUNCTION public.key_from(p_at timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    RETURN public.key_at((floor((EXTRACT(epoch FROM p_at) * (1000)::numeric)))::bigint, '\x00000000000000000000'::bytea);
CREATE FUNCTION public.key_of(p_id text, p_digest bytea, p_received_at timestamp with time zone, p_occurred_at timestamp with time zone) RETURNS uuid
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_ms bigint := id_ms(p_id);
BEGIN
    IF time_of_ms(v_ms) BETWEEN p_received_at - interval '360 hours' AND p_received_at + interval '360 hours' THEN
        RETURN key_at(v_ms, p_digest);
    END IF;
    RETURN key_at(floor(extract(epoch FROM p_occurred_at) / 86400)::bigint * 86400000, p_digest);
END
$$;
CREATE FUNCTION public.known_ads(p_ads bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT a.id FROM ads a WHERE a.id = ANY (p_ads));
END
$$;
CREATE FUNCTION public.lane_is_here(p_lane smallint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN true;
END
$$;
CREATE FUNCTION public.lane_of(p_key uuid, p_sequence bigint, p_lanes integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    RETURN ((CASE WHEN (p_key IS NULL) THEN p_sequence ELSE ((('x'::text || "right"((p_key)::text, 8)))::bit(32))::bigint END % (p_lanes)::bigint))::smallint;
CREATE FUNCTION public.level_next(p_level integer, p_time timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_width interval := (ARRAY['1 minute', '15 minutes', '1 hour', '24 hours'])[p_level + 1]; -- whatever TimeZone is
BEGIN
    IF p_level = 4 THEN
        RETURN (date_trunc('month', p_time, 'UTC') AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END IF;
    RETURN bucket_start(v_width, p_time) + v_width;
END
$$;
CREATE FUNCTION public.level_start(p_level integer, p_time timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (p_level = 0) THEN public.bucket_start('00:01:00'::interval, p_time) WHEN (p_level = 1) THEN public.bucket_start('00:15:00'::interval, p_time) WHEN (p_level = 2) THEN public.bucket_start('01:00:00'::interval, p_time) WHEN (p_level = 3) THEN public.bucket_start('1 day'::interval, p_time) ELSE date_trunc('month'::text, p_time, 'UTC'::text) END;
CREATE TABLE public.ingest_cursor (
    journal uuid NOT NULL,
    journal_id integer NOT NULL,
    nonce uuid NOT NULL,
    last_sequence bigint DEFAULT 0 NOT NULL,
    stored bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    duplicate bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    rejected bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL,
    untracked_to bigint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    row_minute timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    received_to timestamp with time zone
)
WITH (fillfactor='50');
CREATE FUNCTION public.lock_cursor(p_lane smallint, p_journal_id integer) RETURNS public.ingest_cursor
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal_id = p_journal_id
        ORDER BY c.row_minute DESC LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        PERFORM FROM ingest_cursor c WHERE c.lane = p_lane AND c.journal_id = p_journal_id;
        EXIT WHEN NOT FOUND;
    END LOOP;
    RETURN v_cursor;
END
$$;
CREATE FUNCTION public.lock_key(p_what text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    RETURN (SELECT hashtextextended(('video-ad-tracker '::text || lock_key.p_what), (pg_namespace.oid)::bigint) AS hashtextextended FROM pg_namespace WHERE (pg_namespace.nspname = "current_schema"()));
CREATE FUNCTION public.lock_run(p_lane smallint, p_journal uuid, p_run uuid) RETURNS public.ingest_runs
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_run FROM ingest_runs r WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run
        ORDER BY r.row_minute DESC LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        PERFORM pg_advisory_xact_lock(lock_key(format('run %s %s', p_journal, p_run))); -- one makes the first
        INSERT INTO ingest_runs (lane, journal, nonce)
        SELECT p_lane, p_journal, p_run
        WHERE NOT EXISTS (SELECT FROM ingest_runs r
                          WHERE r.lane = p_lane AND r.journal = p_journal AND r.nonce = p_run)
        ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_run;
END
$$;
CREATE FUNCTION public.maintain(p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '500ms'
    AS $$
DECLARE
    v_today date := p_now::date;
    v_time timestamptz; -- that drops go by
    v_missing record;
    v_old record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(lock_key('maintain')) THEN
        RETURN false;
    END IF;
    FOR v_missing IN SELECT * FROM missing_partitions(v_today) LOOP
        IF make_partition(v_missing.parent, v_missing.is_late, v_missing.day) THEN
            RETURN true;
        END IF;
    END LOOP;
    SELECT min(maintenance_time(lane, p_now)) INTO v_time FROM lanes;
    UPDATE marks m SET at = bucket_start('1 day', least(v_time - interval '48 hours', r.at)) -- minutes_from
    FROM marks r WHERE m.mark = 5 AND r.mark = 1 AND r.lane = m.lane
      AND m.at < bucket_start('1 day', least(v_time - interval '48 hours', r.at));
    FOR v_old IN
        SELECT partition FROM partition_bounds('event_keys') WHERE past <= v_time - interval '30 days'
        UNION ALL
        SELECT partition FROM partition_bounds('counts_minute')
        WHERE past <= v_time - interval '72 hours' AND past <= (SELECT min(at) FROM marks WHERE mark = 5)
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE %s', v_old.partition);
            RETURN true;
        EXCEPTION WHEN dependent_objects_still_exist THEN
            RAISE WARNING 'the old partition % stays: %', v_old.partition, SQLERRM;
        END;
    END LOOP;
    PERFORM forget_runs(v_time - interval '100 days');
    RETURN false;
END
$$;
CREATE FUNCTION public.maintenance_state(OUT lag_seconds double precision, OUT late_rows bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT extract(epoch FROM max(maintenance_time(m.lane, now()) - m.at)) INTO lag_seconds
    FROM marks m WHERE m.mark = 1;
    lag_seconds := coalesce(lag_seconds, 0);
    SELECT count(*) INTO late_rows FROM counts_late;
END
$$;
CREATE FUNCTION public.maintenance_time(p_lane smallint, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN (SELECT least(p_now, max(received_to) + interval '24 hours') FROM ingest_cursor
            WHERE lane = p_lane AND received_to IS NOT NULL HAVING count(*) > 0);
END
$$;
CREATE FUNCTION public.make_partition(p_table text, p_is_late boolean, p_day date) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET lock_timeout TO '500ms'
    AS $_$
DECLARE
    v_default regclass := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table -- there may be none
                           WHERE partrelid = quote_ident(p_table)::regclass);
    v_name text := p_table || CASE WHEN p_is_late THEN '_late_' ELSE '_' END || to_char(p_day, 'YYYYMMDD');
    v_from text := day_bound(p_table, p_is_late, p_day);
    v_to text := day_bound(p_table, p_is_late, p_day + 1);
    v_of_day text := CASE p_table WHEN 'events' THEN CASE WHEN p_is_late THEN 'late AND ' ELSE 'NOT late AND ' END
                                  ELSE '' END
                     || format(CASE p_table WHEN 'event_keys' THEN 'key >= %1$L AND key < %2$L'
                                            WHEN 'events' THEN 'occurred_at >= %3$L AND occurred_at < %4$L'
                                            ELSE 'bucket >= %3$L AND bucket < %4$L' END,
                               key_from(p_day), key_from(p_day + 1), p_day, p_day + 1);
    v_rows bigint;
    v_has_rows boolean := false;
BEGIN
    IF EXISTS (SELECT FROM partition_bounds(p_table) AS b
               WHERE b.is_late = p_is_late AND b.first < p_day + 1 AND b.past > p_day) THEN
        RETURN false;
    END IF;
    IF v_default IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT 500001) AS r', v_default, v_of_day)
        INTO v_rows;
        IF v_rows > 500000 THEN
            RAISE WARNING 'the rows of % stay in %: there are too many to move', p_day, v_default;
            RETURN false;
        END IF;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', p_table);
    IF v_default IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', v_default, v_of_day) INTO v_has_rows;
    END IF;
    v_name := free_name(v_name);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name, p_table);
    IF p_table = 'counts_minute' THEN
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 60)', v_name);
    ELSIF p_table = 'events' THEN -- a DELETE is refused without one where all tables are published
        EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', v_name);
    END IF;
    IF v_has_rows THEN
        EXECUTE format('WITH moved AS (DELETE FROM %s WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       v_default, v_of_day, v_name);
    END IF;
    IF p_table = 'events' THEN
        EXECUTE format(CASE WHEN p_is_late THEN 'CREATE INDEX %2$I ON %1$I (occurred_at)'
                            ELSE 'CREATE INDEX %2$I ON %1$I USING brin (occurred_at) '
                                 'WITH (pages_per_range = 32, autosummarize = on)' END,
                       v_name, free_name(v_name || '_at'));
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', p_table, v_name, v_from, v_to);
    RETURN true;
END
$_$;
CREATE FUNCTION public.missing_partitions(p_today date) RETURNS TABLE(parent text, is_late boolean, day date)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
BEGIN
    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT * FROM wanted_partitions(p_today)
    ), there AS MATERIALIZED (
        SELECT p.parent, b.* FROM (SELECT DISTINCT w.parent FROM wanted AS w) AS p, partition_bounds(p.parent) AS b
    )
    SELECT * FROM wanted AS w
    WHERE NOT EXISTS (SELECT FROM there AS t WHERE t.parent = w.parent AND t.is_late = w.is_late
                      AND t.first < w.day + 1 AND t.past > w.day)
    ORDER BY abs(w.day - p_today), w.day, w.parent, w.is_late;
END
$$;
CREATE FUNCTION public.move_cursor(p_cursor public.ingest_cursor, p_last bigint, p_stored bigint[], p_duplicate bigint[], p_rejected bigint[], p_received_to timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_minute timestamptz := bucket_start('1 minute', now());
BEGIN
    IF p_cursor.row_minute >= v_minute THEN
        UPDATE ingest_cursor c
        SET last_sequence = p_last, stored = p_stored, duplicate = p_duplicate, rejected = p_rejected,
            received_to = p_received_to, stored_at = now()
        WHERE c.lane = p_cursor.lane AND c.journal_id = p_cursor.journal_id AND c.row_minute = p_cursor.row_minute;
        RETURN;
    END IF;
    DELETE FROM ingest_cursor c
    WHERE c.lane = p_cursor.lane AND c.journal_id = p_cursor.journal_id AND c.row_minute = p_cursor.row_minute;
    INSERT INTO ingest_cursor (lane, journal, journal_id, row_minute, nonce, last_sequence, stored, duplicate,
                               rejected, received_to, claimed_at, stored_at, untracked_to)
    VALUES (p_cursor.lane, p_cursor.journal, p_cursor.journal_id, v_minute, p_cursor.nonce, p_last, p_stored,
            p_duplicate, p_rejected, p_received_to, p_cursor.claimed_at, now(), p_cursor.untracked_to);
END
$$;
CREATE FUNCTION public.move_run(p_run public.ingest_runs, p_last bigint, p_missing int8multirange) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_minute timestamptz := bucket_start('1 minute', now());
BEGIN
    IF p_run.row_minute >= v_minute THEN
        UPDATE ingest_runs r SET last_sequence = p_last, missing = p_missing, stored_at = now()
        WHERE r.lane = p_run.lane AND r.journal = p_run.journal AND r.nonce = p_run.nonce
          AND r.row_minute = p_run.row_minute;
        RETURN;
    END IF;
    DELETE FROM ingest_runs r
    WHERE r.lane = p_run.lane AND r.journal = p_run.journal AND r.nonce = p_run.nonce
      AND r.row_minute = p_run.row_minute;
    INSERT INTO ingest_runs (lane, journal, nonce, row_minute, last_sequence, missing)
    VALUES (p_run.lane, p_run.journal, p_run.nonce, v_minute, p_last, p_missing);
END
$$;
CREATE FUNCTION public.name_placements(p_lane smallint, p_id bigint[], p_name text[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_most CONSTANT integer := 10000;
    v_today date := (now() AT TIME ZONE 'UTC')::date;
    v_known integer;
    v_others bigint[] := '{}';
BEGIN
    SELECT count(*) INTO v_known FROM placements p WHERE p.lane = p_lane AND p.id = ANY (p_id);
    IF v_known = cardinality(p_id) THEN
        RETURN v_others;
    END IF;
    SELECT count(*) INTO v_known FROM placements p WHERE p.lane = p_lane AND p.day = v_today;
    INSERT INTO placements (lane, id, name, day)
    SELECT m.lane, n.id, n.name, v_today
    FROM marks m, unnest(p_id, p_name) AS n (id, name)
    WHERE m.lane = p_lane AND m.mark = 0
      AND NOT EXISTS (SELECT FROM placements p WHERE p.lane = p_lane AND p.id = n.id)
    ORDER BY n.id LIMIT greatest(v_most - v_known, 0)
    ON CONFLICT DO NOTHING;
    v_others := ARRAY(SELECT n.id FROM unnest(p_id) AS n (id)
                      WHERE NOT EXISTS (SELECT FROM placements p WHERE p.lane = p_lane AND p.id = n.id));
    IF cardinality(v_others) > 0 THEN
        INSERT INTO placements (lane, id, name, day)
        VALUES (p_lane, placement_number('(other)'), '(other)', v_today) ON CONFLICT DO NOTHING;
    END IF;
    RETURN v_others;
END
$$;
CREATE FUNCTION public.name_rejected(p_lane smallint, p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_ids bigint[];
    v_names text[];
BEGIN
    SELECT array_agg(id ORDER BY id), array_agg(name ORDER BY id) INTO v_ids, v_names
    FROM (SELECT DISTINCT placement_id, placement FROM rejected_events
          WHERE lane = p_lane AND id = ANY (p_ids) AND placement_id <> 0) AS p (id, name);
    RETURN CASE WHEN v_ids IS NULL THEN '{}' ELSE name_placements(p_lane, v_ids, v_names) END;
END
$$;
CREATE FUNCTION public.note_stored(p_run public.ingest_runs, p_passed bigint, p_after bigint, p_sequence bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_after bigint := greatest(p_after, v_last >> 40 << 40); -- a run begins there
    v_missing int8multirange := p_run.missing;
BEGIN
    IF p_sequence[1] > v_after + 1 OR v_last - p_sequence[1] >= cardinality(p_sequence)
       OR v_missing && int8range(p_passed, greatest(p_passed, v_last), '(]') THEN
        SELECT v_missing + int8multirange(int8range(v_after, greatest(v_after + 1, v_last), '()'))
               - coalesce(range_agg(int8range(s, s, '[]')), '{}')
        INTO v_missing FROM unnest(p_sequence) AS s WHERE s > p_passed;
        SELECT coalesce(range_agg(gap), '{}') INTO v_missing
        FROM (SELECT gap FROM unnest(v_missing) AS gap ORDER BY gap DESC LIMIT 1000) AS last_gaps;
    END IF;
    PERFORM move_run(p_run, greatest(p_run.last_sequence, p_after, v_last), v_missing);
END
$$;
CREATE FUNCTION public.notify_ads_changed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_notify('ads_changed_' || oid, '') FROM pg_namespace WHERE nspname = current_schema();
    RETURN NULL;
END
$$;
CREATE FUNCTION public.part_totals(p_lane smallint, p_source integer, p_level integer, p_first timestamp with time zone, p_past timestamp with time zone, p_dimension integer, p_key bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $_$
DECLARE
    v_totals bigint[];
    v_more bigint[];
    v_past timestamptz := p_past;
    v_width interval := (ARRAY['1 minute', '15 minutes', '1 hour', '24 hours'])[p_level + 1];
    v_sums text := format('SELECT ARRAY[%s, sum(playback_ms)]::bigint[] FROM ', cell_list('sum(k#)'));
    v_where text := ' WHERE lane = $1 AND bucket >= $2 AND bucket < $3 AND dimension = $4 AND key = $5';
    v_counts text := CASE p_source WHEN 1 THEN 'counts' ELSE 'counts_minute' END || v_where
                     || CASE p_source WHEN 1 THEN ' AND level = ' || p_level ELSE '' END;
BEGIN
    IF p_source = 3 THEN
        RETURN event_totals(p_lane, p_first, p_past, CASE WHEN p_dimension = 1 THEN p_key END);
    END IF;
    IF p_source = 2 THEN -- the window may end in years
        SELECT least(p_past, max(bucket) + interval '1 minute') INTO v_past FROM counts_minute WHERE lane = p_lane;
    END IF;
    IF isfinite(p_first) AND v_past <= p_first + 10000 * v_width THEN
        v_counts := format('generate_series($2, $3 - $6, $6) AS part (start), '
                           'LATERAL (SELECT * FROM %s AND bucket = part.start OFFSET 0) AS c', v_counts);
    END IF;
    EXECUTE v_sums || v_counts INTO v_totals USING p_lane, p_first, v_past, p_dimension::smallint, p_key, v_width;
    EXECUTE v_sums || 'counts_late' || v_where INTO v_more
    USING p_lane, p_first, p_past, p_dimension::smallint, p_key;
    RETURN add_totals(v_totals, v_more);
END
$_$;
CREATE FUNCTION public.partition_bounds(p_table text) RETURNS TABLE(partition regclass, is_late boolean, first timestamp with time zone, past timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $_$
BEGIN
    RETURN QUERY
    SELECT p.oid::regclass, bounds[1] LIKE 'true, %', bound_time(bounds[1]), bound_time(bounds[2])
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid,
         regexp_match(pg_get_expr(p.relpartbound, p.oid),
                      '^FOR VALUES FROM [(](.+)[)] TO [(](.+)[)]$') AS bounds
    WHERE i.inhparent = quote_ident(p_table)::regclass AND bounds IS NOT NULL;
END
$_$;
CREATE FUNCTION public.pass_over_late(p_lane smallint, p_ad_id integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE rejected_events e SET reason = 'too late to tell a duplicate'
    WHERE e.lane = p_lane AND e.id = ANY (ARRAY(
        SELECT r.id FROM rejected_events r
        WHERE r.lane = p_lane AND r.key IS NOT NULL AND r.received_at < now() - interval '14 days'
          AND r.reason <> 'too late to tell a duplicate' AND (p_ad_id IS NULL OR r.ad_id = p_ad_id)
          AND (r.ad_id = 0 OR EXISTS (SELECT FROM ads a WHERE a.id = r.ad_id))
        FOR UPDATE OF r SKIP LOCKED));
END
$$;
CREATE FUNCTION public.pass_run(p_run public.ingest_runs, p_last bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM move_run(p_run, greatest(p_run.last_sequence, p_last), p_run.missing);
END
$$;
CREATE FUNCTION public.placement_number(p_name text) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN GREATEST((((('x'::text || substr(encode(sha256(convert_to(p_name, 'UTF8'::name)), 'hex'::text), 1, 16)))::bit(64))::bigint & '9223372036854775807'::bigint), (1)::bigint);
CREATE FUNCTION public.refuse_rejected(p_lane smallint, p_id bigint, p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_event rejected_events%ROWTYPE;
BEGIN
    UPDATE rejected_events SET reason = p_reason WHERE lane = p_lane AND id = p_id RETURNING * INTO v_event;
    IF v_event.key IS NOT NULL THEN
        DELETE FROM event_keys WHERE lane = p_lane AND key = ANY (key_claims(v_event.key, v_event.occurred_at));
    END IF;
END
$$;
CREATE FUNCTION public.reject_events(p_lane smallint, p_journal uuid, p_events public.event_columns, p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_id bigint := nextval('events_id_seq');
BEGIN
    INSERT INTO rejected_events (lane, id, journal, sequence, kind, verdict, flags, ad_id, detail, quantity,
                                 received_at, occurred_at, playback_ms, ip, placement, placement_id, key, reason)
    SELECT m.lane, v_id + e.n - 1, p_journal, e.sequence, v_kinds[e.kind + 1], e.verdict, e.flags, e.ad_id, e.detail,
           e.quantity, e.received_at, e.occurred_at, e.playback_ms, e.ip, e.placement, e.placement_id, e.key, p_reason
    FROM marks m,
         unnest(p_events.sequence, p_events.kind, p_events.verdict, p_events.flags, p_events.ad_id,
                p_events.detail, p_events.quantity, p_events.received_at, p_events.occurred_at,
                p_events.playback_ms, p_events.ip, p_events.placement, p_events.placement_id, p_events.key)
         WITH ORDINALITY
         AS e (sequence, kind, verdict, flags, ad_id, detail, quantity, received_at, occurred_at, playback_ms, ip,
               placement, placement_id, key, n)
    WHERE m.lane = p_lane AND m.mark = 0;
END
$$;
CREATE FUNCTION public.require_lane(p_lane smallint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT lane_is_here(p_lane) THEN
        RAISE EXCEPTION 'lane % lies on another node: call this by itself, in no transaction block', p_lane;
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the transaction must be READ COMMITTED, not %',
            upper(current_setting('transaction_isolation')) USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;
CREATE FUNCTION public.retry_rejected(p_ad_id integer DEFAULT NULL::integer, p_force boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET jit TO 'off'
    AS $$
DECLARE
    v_lane smallint;
    v_closed timestamptz;
    v_ids bigint[];
    v_some bigint[];
    v_id bigint;
    v_others bigint[];
    v_stored bigint := 0;
BEGIN
    FOR v_lane IN SELECT lane FROM lanes ORDER BY lane LOOP
        PERFORM require_lane(v_lane);
        IF NOT p_force THEN
            PERFORM pass_over_late(v_lane, p_ad_id);
        END IF;
        v_ids := ARRAY(SELECT e.id FROM rejected_events e
                       WHERE e.lane = v_lane AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                         AND (p_force OR e.key IS NULL OR e.received_at >= now() - interval '14 days')
                         AND (e.ad_id = 0 OR EXISTS (SELECT FROM ads a WHERE a.id = e.ad_id))
                       ORDER BY e.id FOR UPDATE OF e SKIP LOCKED);
        v_closed := enter_lane(v_lane, (SELECT lanes FROM lanes WHERE lane = v_lane));
        v_ids := claim_rejected(v_lane, v_ids);
        v_others := name_rejected(v_lane, v_ids);
        FOR v_first IN 1..cardinality(v_ids) BY 1000 LOOP
            v_some := v_ids[v_first:v_first + 999];
            BEGIN
                v_stored := v_stored + store_rejected(v_lane, v_some, v_closed, v_others);
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                FOREACH v_id IN ARRAY v_some LOOP -- one of them is bad: each by itself
                    BEGIN
                        v_stored := v_stored + store_rejected(v_lane, ARRAY[v_id], v_closed, v_others);
                    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                        PERFORM refuse_rejected(v_lane, v_id, SQLERRM);
                    END;
                END LOOP;
            END;
        END LOOP;
    END LOOP;
    RETURN v_stored;
END
$$;
CREATE FUNCTION public.roll_level(p_lane smallint, p_level integer, p_rows integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
    UPDATE marks SET at = greatest(v_to, level_start(p_level, least(v_next, v_limit))), dimension = -1, key = 0
    WHERE lane = p_lane AND mark = p_level;
    RETURN true;
END
$_$;
CREATE FUNCTION public.roll_up(p_lane smallint DEFAULT 0, p_rows integer DEFAULT 6000) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
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
CREATE FUNCTION public.slice_end(p_lane smallint, p_source text, p_width interval, p_from timestamp with time zone, p_to timestamp with time zone, p_dimension smallint, p_key bigint, p_rows integer, OUT dimension smallint, OUT key bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
BEGIN
    EXECUTE format(
        'SELECT last.dimension, last.key FROM generate_series($2, $3 - $4, $4) AS part (bucket), LATERAL ('
        'SELECT s.dimension, s.key FROM %s s.lane = $1 AND s.bucket = part.bucket AND s.bucket >= $2 AND s.bucket < $3 '
        'AND (s.dimension, s.key) > ($5, $6) ORDER BY s.dimension, s.key LIMIT 1 '
        'OFFSET greatest($7 / (extract(epoch FROM $3 - $2) / extract(epoch FROM $4))::integer, 1)) AS last '
        'ORDER BY 1, 2 LIMIT 1', p_source)
    INTO dimension, key USING p_lane, p_from, p_to, p_width, p_dimension, p_key, p_rows;
END
$_$;
CREATE FUNCTION public.spread_gone(p_last integer DEFAULT 31) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;
CREATE FUNCTION public.store_batch(p_lane smallint, p_lanes smallint, p_journal uuid, p_journal_id integer, p_after bigint, p_missing int8multirange, p_is_forced boolean, p_events public.event_columns, p_claim_event integer[], p_claim uuid[], p_name_id bigint[], p_name text[], p_counts public.count_columns, p_reject text, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_closed timestamptz := enter_lane(p_lane, p_lanes);
    v_oldest timestamptz := CASE WHEN p_is_forced THEN '-infinity' ELSE now() - interval '14 days' END;
    v_ads bigint[] := ARRAY(SELECT DISTINCT c.key FROM unnest(p_counts.dimension, p_counts.key) AS c (dimension, key)
                            WHERE c.dimension = 1);
    v_known bigint[] := known_ads(v_ads);
    v_fates smallint[]; -- null as long as every event is to be stored
    v_event integer;
    v_others bigint[] := '{}';
BEGIN
    IF p_reject IS NOT NULL OR p_events.sequence[1] <= p_after OR cardinality(v_known) < cardinality(v_ads)
       OR p_claim IS NOT NULL AND EXISTS (SELECT FROM unnest(p_events.received_at, p_events.key) AS e (at, key)
                                          WHERE e.at < v_oldest AND e.key IS NOT NULL) THEN
        v_fates := judge_events(p_events, p_after, p_missing, v_known, v_oldest, p_reject IS NOT NULL);
        SELECT array_agg(c.event ORDER BY c.claim), array_agg(c.claim ORDER BY c.claim)
        INTO p_claim_event, p_claim
        FROM unnest(p_claim_event, p_claim) AS c (event, claim) WHERE v_fates[c.event] = 0;
    END IF;
    IF cardinality(p_claim) > 0 THEN
        FOREACH v_event IN ARRAY claim_keys(p_lane, p_claim_event, p_claim) LOOP
            v_fates := coalesce(v_fates, array_fill(0::smallint, ARRAY[cardinality(p_events.sequence)]));
            v_fates[v_event] := 2;
        END LOOP;
    END IF;
    IF cardinality(p_name_id) > 0 AND p_reject IS NULL THEN
        v_others := name_placements(p_lane, p_name_id, p_name);
    END IF;
    IF v_fates IS NULL THEN
        stored := totals_of_counts(p_counts);
        duplicate := '{}';
        rejected := '{}';
    ELSE
        stored := totals_of(p_events, v_fates, 0);
        duplicate := totals_of(p_events, v_fates, 2);
        rejected := ARRAY(SELECT coalesce(sum(t.t), 0) FROM generate_series(3, 5) AS fate
                          LEFT JOIN LATERAL unnest(totals_of(p_events, v_fates, fate)) AS t (t) ON true
                          GROUP BY fate ORDER BY fate);
        IF rejected[1] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 3), 'unknown ad');
        END IF;
        IF rejected[2] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 4), p_reject);
        END IF;
        IF rejected[3] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 5),
                                  'too late to tell a duplicate');
        END IF;
        p_events := events_of(p_events, v_fates, 0);
    END IF;
    IF cardinality(v_others) > 0 THEN
        p_events.placement_id := ARRAY(
            SELECT CASE WHEN e.id = ANY (v_others) THEN placement_number('(other)') ELSE e.id END
            FROM unnest(p_events.placement_id) WITH ORDINALITY AS e (id, n) ORDER BY e.n);
    END IF;
    IF v_fates IS NOT NULL OR cardinality(v_others) > 0 THEN
        p_counts := count_events(p_events);
    END IF;
    IF cardinality(p_events.sequence) > 0 THEN
        PERFORM insert_events(p_lane, v_closed, p_events);
        PERFORM add_counts(p_lane, p_journal_id, CASE WHEN p_journal_id = 0 THEN 'infinity' ELSE v_closed END,
                           p_counts);
    END IF;
END
$$;
CREATE FUNCTION public.store_rejected(p_lane smallint, p_ids bigint[], p_closed timestamp with time zone, p_others bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_events event_columns;
BEGIN
    WITH gone AS (DELETE FROM rejected_events WHERE lane = p_lane AND id = ANY (p_ids) RETURNING *),
         sorted AS (SELECT gone.*, (array_position(enum_range(NULL::event_kind), kind) - 1)::smallint AS number,
                           CASE WHEN placement_id = ANY (p_others) THEN placement_number('(other)')
                                ELSE placement_id END AS counted
                    FROM gone ORDER BY id)
    SELECT array_agg(sequence), array_agg(number), array_agg(verdict), array_agg(flags), array_agg(ad_id),
           array_agg(detail), array_agg(quantity), array_agg(received_at), array_agg(occurred_at),
           array_agg(playback_ms), array_agg(ip), array_agg(placement), array_agg(counted), array_agg(key)
    INTO v_events FROM sorted;
    PERFORM insert_events(p_lane, p_closed, v_events);
    PERFORM add_counts(p_lane, 0, 'infinity', count_events(v_events));
    RETURN cardinality(v_events.sequence);
END
$$;
CREATE FUNCTION public.summarize_events(p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $$
DECLARE
    v_index regclass;
BEGIN
    FOR v_index IN
        SELECT i.indexrelid FROM partition_bounds('events') AS b JOIN pg_index i ON i.indrelid = b.partition
        JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
        WHERE a.amname = 'brin' AND NOT b.is_late AND b.past > p_now - interval '1 hour' AND b.first <= p_now
    LOOP
        PERFORM brin_summarize_new_values(v_index);
    END LOOP;
    RETURN false;
EXCEPTION WHEN lock_not_available THEN
    RETURN false; -- autovacuum is at it
END
$$;
CREATE FUNCTION public.time_of_ms(p_ms bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    RETURN (('1970-01-01 00:00:00+00'::timestamp with time zone + (((p_ms / 1000))::double precision * '00:00:01'::interval)) + (((p_ms % (1000)::bigint))::double precision * '00:00:00.001'::interval));
CREATE FUNCTION public.totals_of(p_events public.event_columns, p_fates smallint[], p_fate integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(
        SELECT coalesce(sum(e.quantity) FILTER (WHERE e.fate = p_fate), 0)
        FROM generate_series(0, cardinality(enum_range(NULL::event_kind)) - 1) AS k
        LEFT JOIN unnest(p_events.kind, p_events.quantity, p_fates) AS e (kind, quantity, fate) ON e.kind = k
        GROUP BY k ORDER BY k);
END
$$;
CREATE FUNCTION public.totals_of_counts(p_counts public.count_columns) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_cells bigint[] := p_counts.cells;
    v_kinds integer := cardinality(v_cells) / nullif(cardinality(p_counts.bucket), 0);
BEGIN
    RETURN ARRAY(
        SELECT sum(v_cells[(d.n - 1) * v_kinds + k])
        FROM unnest(p_counts.dimension) WITH ORDINALITY AS d (dimension, n), generate_series(1, v_kinds) AS k
        WHERE d.dimension = 0 GROUP BY k ORDER BY k);
END
$$;
CREATE FUNCTION public.view_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
    v_event events%ROWTYPE;
BEGIN
    IF v_at IS NULL THEN -- adopted without a time
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND occurred_at IS NULL RETURNING * INTO v_event;
    ELSE -- one partition is scanned, then another
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND NOT late AND occurred_at = v_at
        RETURNING * INTO v_event;
        IF NOT FOUND THEN
            DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND late AND occurred_at = v_at
            RETURNING * INTO v_event;
        END IF;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM count_event(v_event, -1);
    RETURN OLD;
END
$$;
CREATE FUNCTION public.view_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet := inet_or_null(NEW.ip);
    v_event events%ROWTYPE;
BEGIN
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    INSERT INTO events (id, occurred_at, received_at, ad_id, playback_ms, kind, late, ip, ip_text)
    VALUES (NEW.id, v_at, now(), NEW.ad_id, NEW.video_playback_time * 1000::bigint, TG_ARGV[0]::event_kind,
            v_at < (SELECT at FROM marks WHERE lane = 0 AND mark = 0), v_ip,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip THEN NEW.ip END)
    RETURNING * INTO v_event;
    PERFORM count_event(v_event, 1);
    RETURN NEW;
END
$$;
CREATE FUNCTION public.view_reject_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened: rows may be added and deleted, not changed', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END
$$;
CREATE FUNCTION public.wanted_partitions(p_today date) RETURNS TABLE(parent text, is_late boolean, day date)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN QUERY
    SELECT w.parent, w.is_late, p_today + n
    FROM (VALUES ('events', false, -15, 7), ('events', true, -15, 7), ('event_keys', false, -15, 16),
                 ('counts_minute', false, 0, 7)) AS w (parent, is_late, first, last),
         generate_series(w.first, w.last) AS n;
END
$$;
CREATE FUNCTION public.window_parts(p_from timestamp with time zone, p_to timestamp with time zone, p_marks timestamp with time zone[], p_is_all boolean) RETURNS TABLE(source integer, level integer, first timestamp with time zone, past timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_marks timestamptz[] := p_marks[1:array_length(p_marks, 1)]; -- by their numbers + 1
    v_low timestamptz[] := ARRAY[p_from]; -- of the level - 1
    v_high timestamptz[] := ARRAY[p_to];
    v_turn timestamptz := v_marks[CASE WHEN p_is_all THEN 2 ELSE 6 END]; -- of the minutes
    v_first timestamptz;
    v_past timestamptz;
BEGIN
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
CREATE FUNCTION public.window_totals(p_start timestamp with time zone, p_end timestamp with time zone, p_ad_id integer) RETURNS TABLE(kind smallint, events bigint, playback_ms bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
                CASE WHEN p_ad_id IS NULL THEN 0 ELSE 1 END, coalesce(p_ad_id, 0)));
        END LOOP;
    END LOOP;
    RETURN QUERY
    SELECT (k.number - 1)::smallint, v_totals[k.number], CASE WHEN k.number = 1 THEN v_totals[33] ELSE 0 END
    FROM unnest(enum_range(NULL::event_kind)) WITH ORDINALITY AS k (kind, number) ORDER BY k.number;
END
$$;
CREATE TABLE public.ads (
    id integer NOT NULL,
    image_url text,
    target_url text,
    title text,
    video_url text,
    video_type text,
    video_width integer,
    video_height integer,
    duration_ms integer,
    active boolean DEFAULT true NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    CONSTRAINT ads_duration_ms_check CHECK ((duration_ms > 0)),
    CONSTRAINT ads_video_height_check CHECK ((video_height > 0)),
    CONSTRAINT ads_video_width_check CHECK ((video_width > 0))
);
CREATE SEQUENCE public.ads_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.ads_id_seq OWNED BY public.ads.id;
CREATE VIEW public.clicks AS
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    (floor(((events.playback_ms)::numeric / 1000.0)))::integer AS video_playback_time
   FROM public.events
  WHERE ((events.kind = 'click'::public.event_kind) AND (NOT events.late))
UNION ALL
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    (floor(((events.playback_ms)::numeric / 1000.0)))::integer AS video_playback_time
   FROM public.events
  WHERE ((events.kind = 'click'::public.event_kind) AND events.late);
CREATE TABLE public.counts (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
PARTITION BY LIST (level);
CREATE TABLE public.counts_day (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
);
CREATE TABLE public.counts_hour (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
);
CREATE TABLE public.counts_late (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');
ALTER TABLE ONLY public.counts_late REPLICA IDENTITY FULL;
CREATE TABLE public.counts_minute (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
PARTITION BY RANGE (bucket);
CREATE TABLE public.counts_minute_20261127 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261128 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261129 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261130 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261201 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261202 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261203 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_20261204 (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minute_default (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
)
WITH (fillfactor='60');
CREATE TABLE public.counts_minutes_of_all (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
);
CREATE TABLE public.counts_month (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
);
CREATE TABLE public.counts_quarter (
    bucket timestamp with time zone NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint,
    k1 bigint,
    k2 bigint,
    k3 bigint,
    k4 bigint,
    k5 bigint,
    k6 bigint,
    k7 bigint,
    k8 bigint,
    k9 bigint,
    k10 bigint,
    k11 bigint,
    k12 bigint,
    k13 bigint,
    k14 bigint,
    k15 bigint,
    k16 bigint,
    k17 bigint,
    k18 bigint,
    k19 bigint,
    k20 bigint,
    k21 bigint,
    k22 bigint,
    k23 bigint,
    k24 bigint,
    k25 bigint,
    k26 bigint,
    k27 bigint,
    k28 bigint,
    k29 bigint,
    k30 bigint,
    k31 bigint
);
CREATE TABLE public.event_keys (
    lane smallint NOT NULL,
    key uuid NOT NULL
)
PARTITION BY RANGE (key);
CREATE TABLE public.event_keys_20261112 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261113 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261114 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261115 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261116 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261117 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261118 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261119 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261120 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261121 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261122 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261123 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261124 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261125 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261126 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261127 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261128 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261129 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261130 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261201 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261202 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261203 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261204 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261205 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261206 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261207 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261208 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261209 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261210 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261211 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261212 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_20261213 (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE TABLE public.event_keys_default (
    lane smallint NOT NULL,
    key uuid NOT NULL
);
CREATE SEQUENCE public.events_id_seq
    START WITH 1
    INCREMENT BY 65536
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;
CREATE TABLE public.events_20261112 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261112 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261113 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261113 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261114 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261114 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261115 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261115 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261116 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261116 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261117 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261117 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261118 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261118 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261119 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261119 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261120 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261120 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261121 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261121 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261122 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261122 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261123 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261123 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261124 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261124 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261125 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261125 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261126 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261126 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261127 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261127 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261128 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261128 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261129 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261129 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261130 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261130 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261201 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261201 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261202 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261202 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261203 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261203 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261204 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_20261204 REPLICA IDENTITY FULL;
CREATE TABLE public.events_default (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_default REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261112 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261112 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261113 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261113 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261114 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261114 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261115 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261115 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261116 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261116 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261117 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261117 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261118 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261118 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261119 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261119 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261120 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261120 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261121 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261121 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261122 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261122 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261123 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261123 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261124 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261124 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261125 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261125 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261126 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261126 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261127 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261127 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261128 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261128 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261129 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261129 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261130 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261130 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261201 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261201 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261202 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261202 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261203 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261203 REPLICA IDENTITY FULL;
CREATE TABLE public.events_late_20261204 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_late_20261204 REPLICA IDENTITY FULL;
CREATE TABLE public.events_past (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_past REPLICA IDENTITY FULL;
CREATE TABLE public.events_past_late (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    received_at timestamp with time zone,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer DEFAULT 0 NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    flags smallint DEFAULT 0 NOT NULL,
    lane smallint DEFAULT 0 NOT NULL,
    late boolean DEFAULT false NOT NULL,
    ip inet,
    placement text COLLATE pg_catalog."C",
    ip_text text
);
ALTER TABLE ONLY public.events_past_late REPLICA IDENTITY FULL;
CREATE VIEW public.impressions AS
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    (floor(((events.playback_ms)::numeric / 1000.0)))::integer AS video_playback_time
   FROM public.events
  WHERE ((events.kind = 'impression'::public.event_kind) AND (NOT events.late))
UNION ALL
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    (floor(((events.playback_ms)::numeric / 1000.0)))::integer AS video_playback_time
   FROM public.events
  WHERE ((events.kind = 'impression'::public.event_kind) AND events.late);
ALTER TABLE public.ingest_cursor ALTER COLUMN journal_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ingest_cursor_journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.lanes (
    lane smallint NOT NULL,
    lanes smallint NOT NULL,
    lanes_before smallint NOT NULL
);
CREATE TABLE public.marks (
    lane smallint NOT NULL,
    mark smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    dimension smallint DEFAULT '-1'::integer NOT NULL,
    key bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.placements (
    lane smallint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL
);
CREATE TABLE public.rejected_events (
    lane smallint DEFAULT 0 NOT NULL,
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    journal uuid NOT NULL,
    sequence bigint NOT NULL,
    kind public.event_kind NOT NULL,
    verdict smallint NOT NULL,
    flags smallint NOT NULL,
    ad_id integer NOT NULL,
    detail integer NOT NULL,
    quantity integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    playback_ms bigint,
    ip inet,
    placement text COLLATE pg_catalog."C",
    placement_id bigint,
    key uuid,
    reason text NOT NULL,
    rejected_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.schema_functions (
    version integer NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.schema_functions REPLICA IDENTITY FULL;
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.counts ATTACH PARTITION public.counts_day FOR VALUES IN ('3');
ALTER TABLE ONLY public.counts ATTACH PARTITION public.counts_hour FOR VALUES IN ('2');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261130 FOR VALUES FROM ('2026-11-30 00:00:00+00') TO ('2026-12-01 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');
ALTER TABLE ONLY public.counts_minute ATTACH PARTITION public.counts_minute_default DEFAULT;
ALTER TABLE ONLY public.counts ATTACH PARTITION public.counts_minutes_of_all FOR VALUES IN ('0');
ALTER TABLE ONLY public.counts ATTACH PARTITION public.counts_month FOR VALUES IN ('4');
ALTER TABLE ONLY public.counts ATTACH PARTITION public.counts_quarter FOR VALUES IN ('1');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261112 FOR VALUES FROM ('01a1cd0d-dc00-0000-0000-000000000000') TO ('01a1d234-3800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261113 FOR VALUES FROM ('01a1d234-3800-0000-0000-000000000000') TO ('01a1d75a-9400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261114 FOR VALUES FROM ('01a1d75a-9400-0000-0000-000000000000') TO ('01a1dc80-f000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261115 FOR VALUES FROM ('01a1dc80-f000-0000-0000-000000000000') TO ('01a1e1a7-4c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261116 FOR VALUES FROM ('01a1e1a7-4c00-0000-0000-000000000000') TO ('01a1e6cd-a800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261117 FOR VALUES FROM ('01a1e6cd-a800-0000-0000-000000000000') TO ('01a1ebf4-0400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261118 FOR VALUES FROM ('01a1ebf4-0400-0000-0000-000000000000') TO ('01a1f11a-6000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261119 FOR VALUES FROM ('01a1f11a-6000-0000-0000-000000000000') TO ('01a1f640-bc00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261120 FOR VALUES FROM ('01a1f640-bc00-0000-0000-000000000000') TO ('01a1fb67-1800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261121 FOR VALUES FROM ('01a1fb67-1800-0000-0000-000000000000') TO ('01a2008d-7400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261122 FOR VALUES FROM ('01a2008d-7400-0000-0000-000000000000') TO ('01a205b3-d000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261123 FOR VALUES FROM ('01a205b3-d000-0000-0000-000000000000') TO ('01a20ada-2c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261124 FOR VALUES FROM ('01a20ada-2c00-0000-0000-000000000000') TO ('01a21000-8800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261125 FOR VALUES FROM ('01a21000-8800-0000-0000-000000000000') TO ('01a21526-e400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261126 FOR VALUES FROM ('01a21526-e400-0000-0000-000000000000') TO ('01a21a4d-4000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261127 FOR VALUES FROM ('01a21a4d-4000-0000-0000-000000000000') TO ('01a21f73-9c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261128 FOR VALUES FROM ('01a21f73-9c00-0000-0000-000000000000') TO ('01a22499-f800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261129 FOR VALUES FROM ('01a22499-f800-0000-0000-000000000000') TO ('01a229c0-5400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261130 FOR VALUES FROM ('01a229c0-5400-0000-0000-000000000000') TO ('01a22ee6-b000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261201 FOR VALUES FROM ('01a22ee6-b000-0000-0000-000000000000') TO ('01a2340d-0c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261202 FOR VALUES FROM ('01a2340d-0c00-0000-0000-000000000000') TO ('01a23933-6800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261203 FOR VALUES FROM ('01a23933-6800-0000-0000-000000000000') TO ('01a23e59-c400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261204 FOR VALUES FROM ('01a23e59-c400-0000-0000-000000000000') TO ('01a24380-2000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261205 FOR VALUES FROM ('01a24380-2000-0000-0000-000000000000') TO ('01a248a6-7c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261206 FOR VALUES FROM ('01a248a6-7c00-0000-0000-000000000000') TO ('01a24dcc-d800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261207 FOR VALUES FROM ('01a24dcc-d800-0000-0000-000000000000') TO ('01a252f3-3400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261208 FOR VALUES FROM ('01a252f3-3400-0000-0000-000000000000') TO ('01a25819-9000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261209 FOR VALUES FROM ('01a25819-9000-0000-0000-000000000000') TO ('01a25d3f-ec00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261210 FOR VALUES FROM ('01a25d3f-ec00-0000-0000-000000000000') TO ('01a26266-4800-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261211 FOR VALUES FROM ('01a26266-4800-0000-0000-000000000000') TO ('01a2678c-a400-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261212 FOR VALUES FROM ('01a2678c-a400-0000-0000-000000000000') TO ('01a26cb3-0000-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261213 FOR VALUES FROM ('01a26cb3-0000-0000-0000-000000000000') TO ('01a271d9-5c00-0000-0000-000000000000');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261112 FOR VALUES FROM (false, '2026-11-12 00:00:00+00') TO (false, '2026-11-13 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261113 FOR VALUES FROM (false, '2026-11-13 00:00:00+00') TO (false, '2026-11-14 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261114 FOR VALUES FROM (false, '2026-11-14 00:00:00+00') TO (false, '2026-11-15 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261115 FOR VALUES FROM (false, '2026-11-15 00:00:00+00') TO (false, '2026-11-16 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261116 FOR VALUES FROM (false, '2026-11-16 00:00:00+00') TO (false, '2026-11-17 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261117 FOR VALUES FROM (false, '2026-11-17 00:00:00+00') TO (false, '2026-11-18 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261118 FOR VALUES FROM (false, '2026-11-18 00:00:00+00') TO (false, '2026-11-19 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261119 FOR VALUES FROM (false, '2026-11-19 00:00:00+00') TO (false, '2026-11-20 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261120 FOR VALUES FROM (false, '2026-11-20 00:00:00+00') TO (false, '2026-11-21 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261121 FOR VALUES FROM (false, '2026-11-21 00:00:00+00') TO (false, '2026-11-22 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261122 FOR VALUES FROM (false, '2026-11-22 00:00:00+00') TO (false, '2026-11-23 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261123 FOR VALUES FROM (false, '2026-11-23 00:00:00+00') TO (false, '2026-11-24 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261124 FOR VALUES FROM (false, '2026-11-24 00:00:00+00') TO (false, '2026-11-25 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261125 FOR VALUES FROM (false, '2026-11-25 00:00:00+00') TO (false, '2026-11-26 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261126 FOR VALUES FROM (false, '2026-11-26 00:00:00+00') TO (false, '2026-11-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261127 FOR VALUES FROM (false, '2026-11-27 00:00:00+00') TO (false, '2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261128 FOR VALUES FROM (false, '2026-11-28 00:00:00+00') TO (false, '2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261129 FOR VALUES FROM (false, '2026-11-29 00:00:00+00') TO (false, '2026-11-30 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261130 FOR VALUES FROM (false, '2026-11-30 00:00:00+00') TO (false, '2026-12-01 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261201 FOR VALUES FROM (false, '2026-12-01 00:00:00+00') TO (false, '2026-12-02 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261202 FOR VALUES FROM (false, '2026-12-02 00:00:00+00') TO (false, '2026-12-03 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261203 FOR VALUES FROM (false, '2026-12-03 00:00:00+00') TO (false, '2026-12-04 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261204 FOR VALUES FROM (false, '2026-12-04 00:00:00+00') TO (false, '2026-12-05 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261112 FOR VALUES FROM (true, '2026-11-12 00:00:00+00') TO (true, '2026-11-13 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261113 FOR VALUES FROM (true, '2026-11-13 00:00:00+00') TO (true, '2026-11-14 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261114 FOR VALUES FROM (true, '2026-11-14 00:00:00+00') TO (true, '2026-11-15 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261115 FOR VALUES FROM (true, '2026-11-15 00:00:00+00') TO (true, '2026-11-16 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261116 FOR VALUES FROM (true, '2026-11-16 00:00:00+00') TO (true, '2026-11-17 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261117 FOR VALUES FROM (true, '2026-11-17 00:00:00+00') TO (true, '2026-11-18 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261118 FOR VALUES FROM (true, '2026-11-18 00:00:00+00') TO (true, '2026-11-19 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261119 FOR VALUES FROM (true, '2026-11-19 00:00:00+00') TO (true, '2026-11-20 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261120 FOR VALUES FROM (true, '2026-11-20 00:00:00+00') TO (true, '2026-11-21 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261121 FOR VALUES FROM (true, '2026-11-21 00:00:00+00') TO (true, '2026-11-22 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261122 FOR VALUES FROM (true, '2026-11-22 00:00:00+00') TO (true, '2026-11-23 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261123 FOR VALUES FROM (true, '2026-11-23 00:00:00+00') TO (true, '2026-11-24 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261124 FOR VALUES FROM (true, '2026-11-24 00:00:00+00') TO (true, '2026-11-25 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261125 FOR VALUES FROM (true, '2026-11-25 00:00:00+00') TO (true, '2026-11-26 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261126 FOR VALUES FROM (true, '2026-11-26 00:00:00+00') TO (true, '2026-11-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261127 FOR VALUES FROM (true, '2026-11-27 00:00:00+00') TO (true, '2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261128 FOR VALUES FROM (true, '2026-11-28 00:00:00+00') TO (true, '2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261129 FOR VALUES FROM (true, '2026-11-29 00:00:00+00') TO (true, '2026-11-30 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261130 FOR VALUES FROM (true, '2026-11-30 00:00:00+00') TO (true, '2026-12-01 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261201 FOR VALUES FROM (true, '2026-12-01 00:00:00+00') TO (true, '2026-12-02 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261202 FOR VALUES FROM (true, '2026-12-02 00:00:00+00') TO (true, '2026-12-03 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261203 FOR VALUES FROM (true, '2026-12-03 00:00:00+00') TO (true, '2026-12-04 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_late_20261204 FOR VALUES FROM (true, '2026-12-04 00:00:00+00') TO (true, '2026-12-05 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_past FOR VALUES FROM (false, '-infinity') TO (false, '2026-11-12 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_past_late FOR VALUES FROM (true, '-infinity') TO (true, '2026-11-12 00:00:00+00');
ALTER TABLE ONLY public.ads ALTER COLUMN id SET DEFAULT nextval('public.ads_id_seq'::regclass);
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
INSERT INTO public.ads VALUES (2, 'https://i.example/2', 'https://t.example/2', 'Ad 2', 'https://v.example/2.mp4', NULL, NULL, NULL, 15000, true, NULL, NULL);
INSERT INTO public.ads VALUES (3, 'https://i.example/3', 'https://t.example/3', 'Ad 3', NULL, NULL, NULL, NULL, 15000, true, NULL, NULL);
INSERT INTO public.ads VALUES (4, 'https://i.example/4', 'https://t.example/4', 'Ad 4', NULL, NULL, NULL, NULL, 15000, false, NULL, NULL);
INSERT INTO public.ads VALUES (1, 'https://i.example/1', 'https://t.example/1', 'Ad 1', 'https://v.example/1.mp4', NULL, NULL, NULL, 15000, true, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 0, 0, 1, 0, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 1, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 1, 0, 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 5, 0, 1, 1, 0, 0, 24000, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 0, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 0, 0, 1, 0, 1, 0, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 2, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 4, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 4, 0, 1, 1, 1, 0, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 5, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 4127208643663288636, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-26 03:31:00+00', 4880495518003204261, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 0, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, 1, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 0, 0, 1, 0, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 2, 0, 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 3, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 4, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 5, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-27 02:31:00+00', 4127208643663288636, 0, 1, 2, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 0, 0, 1, 0, 0, 0, 24000, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 2, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 4, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-22 03:31:00+00', 1628996305141544524, 0, 1, 2, 0, 0, 24000, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-01 10:00:00+00', 0, 0, NULL, 0, 0, 0, 12000, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_late VALUES ('2026-11-01 10:00:00+00', 1, 0, NULL, 1, 0, 0, 12000, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 0, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 0, 0, 1, 0, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 1, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 3, 0, 1, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 3, 0, 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 5, 0, 1, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 4880495518003204261, 0, 1, 2, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:21:00+00', 8522308016248223779, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 0, 0, 1, 0, 1, 0, 48000, 2, 1, 2, 2, 1, 1, 1, 1, NULL, 1, 1, 1, 2, 2, 2, 1, 2, 2, 1, 2, 2, 2, 1, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 1, 0, 1, 1, 1, 0, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 2, 0, 1, 1, 1, 0, 36000, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 3, 0, 1, 1, 1, 0, 12000, 1, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4, 0, 1, 1, 1, 0, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 5, 0, 1, 1, 0, 0, NULL, NULL, 1, NULL, NULL, 1, 1, 2, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, 1, 1, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 5, 0, 1, 1, 1, 0, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 1628996305141544524, 0, 1, 2, 0, 0, 48000, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 1628996305141544524, 0, 1, 2, 1, 0, 48000, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4127208643663288636, 0, 1, 2, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4880495518003204261, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4880495518003204261, 0, 1, 2, 1, 0, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 8522308016248223779, 0, 1, 2, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 1, 900, 1, 3, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 2, 900, 1, 3, 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 3, 900, 1, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4, 900, 1, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 0, 0, 1, 0, 0, 0, 48000, 2, 3, 4, 3, 3, 3, 5, 4, 4, 4, 4, 3, 3, 2, 2, 3, 3, 1, 2, 3, 3, 1, 2, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 1, 0, 1, 1, 0, 0, NULL, 1, 1, 2, NULL, 1, 1, 1, 2, NULL, 1, NULL, 1, 1, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 2, 0, 1, 1, 0, 0, NULL, NULL, 1, 1, 2, NULL, NULL, 1, NULL, 2, NULL, 1, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 3, 0, 1, 1, 0, 0, NULL, NULL, NULL, 1, 1, NULL, NULL, 1, 1, 1, 1, NULL, 1, 1, 1, 1, NULL, NULL, NULL, 1, 1, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4, 0, 1, 1, 0, 0, 48000, 1, NULL, NULL, NULL, 1, 1, NULL, 1, 1, 1, 2, NULL, NULL, 1, NULL, 1, NULL, NULL, 1, 1, 1, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 4127208643663288636, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.counts_minute_20261127 VALUES ('2026-11-27 03:31:00+00', 8522308016248223779, 0, 1, 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.event_keys_20261122 VALUES (0, '01a2008d-7400-5a87-f1b8-95fa7e1ef9aa');
INSERT INTO public.event_keys_20261123 VALUES (0, '01a205b3-d000-5a87-f1b8-95fa7e1ef9aa');
INSERT INTO public.event_keys_20261126 VALUES (0, '01a21526-e400-e53b-3375-950ef637779e');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-0234-fd75-633d5cc02bde');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-0273-4cb4-3a50d33a5b13');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-1140-1c6d-281f16be5c64');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-31d2-e62c-45c295afb492');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-353b-7682-190b736c3a17');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-3946-d40e-e978abef0037');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-3d10-479a-9db723a5c06d');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-3d90-3048-227be71a92be');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-4107-3daa-fac3fdc95d09');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-7320-3a16-6d47fd726991');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-7bdb-f904-4f128d37fe70');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-88bf-7525-eff833ae405c');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-89dd-399a-b348baec3117');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-9519-6cad-3db76d4629a9');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-a883-b69e-ad4b28f8bacc');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-ab0b-e532-fb1f3d960b23');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-caf9-6690-2418dde402af');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-cc4a-d4ab-1c3913fed5bc');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-d9ac-285c-7322e12112ed');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-e53b-3375-950ef637779e');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-e5cf-2c28-b4b28a8dd827');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-e69b-cd1a-231313730685');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-f03a-542c-50ec6d8b03fe');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-fa1d-8887-d49b8da33904');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-fc34-6fda-c9316b504e56');
INSERT INTO public.event_keys_20261127 VALUES (0, '01a21a4d-4000-6e18-406c-8161e8c825df');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-0234-fd75-633d5cc02bde');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-0273-4cb4-3a50d33a5b13');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-1140-1c6d-281f16be5c64');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-31d2-e62c-45c295afb492');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-353b-7682-190b736c3a17');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-3946-d40e-e978abef0037');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-3d10-479a-9db723a5c06d');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-3d90-3048-227be71a92be');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-4107-3daa-fac3fdc95d09');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-7320-3a16-6d47fd726991');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-7bdb-f904-4f128d37fe70');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-88bf-7525-eff833ae405c');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-89dd-399a-b348baec3117');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-9519-6cad-3db76d4629a9');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-a883-b69e-ad4b28f8bacc');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-ab0b-e532-fb1f3d960b23');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-caf9-6690-2418dde402af');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-cc4a-d4ab-1c3913fed5bc');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-d9ac-285c-7322e12112ed');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-e5cf-2c28-b4b28a8dd827');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-e69b-cd1a-231313730685');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-f03a-542c-50ec6d8b03fe');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-fa1d-8887-d49b8da33904');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-fc34-6fda-c9316b504e56');
INSERT INTO public.event_keys_20261128 VALUES (0, '01a21f73-9c00-6e18-406c-8161e8c825df');
INSERT INTO public.events_20261127 VALUES (1, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 0, 1628996305141544524, 1, 0, 1, 'click', 0, 0, 0, false, '192.0.2.0', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (2, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 1000, NULL, 2, 0, 1, 'impression', 0, 0, 0, false, '192.0.2.1', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (3, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 2000, NULL, 3, 0, 1, 'loaded', 0, 0, 0, false, '192.0.2.2', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (5, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 4000, NULL, 5, 0, 1, 'firstQuartile', 0, 0, 0, false, '192.0.2.4', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (6, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 5000, NULL, 1, 0, 1, 'midpoint', 0, 0, 0, false, '192.0.2.5', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (7, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 6000, 4127208643663288636, 2, 0, 1, 'thirdQuartile', 0, 0, 0, false, '192.0.2.6', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (8, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 7000, NULL, 3, 0, 1, 'complete', 0, 0, 0, false, '192.0.2.7', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (9, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 8000, NULL, 4, 5000, 1, 'progress', 0, 0, 0, false, '192.0.2.8', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (10, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 9000, 8522308016248223779, 5, 0, 1, 'mute', 0, 0, 0, false, '192.0.2.9', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (12, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 11000, NULL, 2, 0, 1, 'pause', 0, 0, 0, false, '192.0.2.11', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (13, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 12000, 1628996305141544524, 3, 0, 1, 'resume', 0, 0, 0, false, '192.0.2.12', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (14, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 13000, NULL, 4, 0, 1, 'rewind', 0, 0, 0, false, '192.0.2.13', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (15, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 14000, NULL, 5, 0, 1, 'skip', 0, 0, 0, false, '192.0.2.14', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (16, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 15000, 4880495518003204261, 1, 0, 1, 'playerExpand', 0, 0, 0, false, '192.0.2.15', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (17, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 16000, NULL, 2, 0, 1, 'playerCollapse', 0, 0, 0, false, '192.0.2.16', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (19, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 18000, 4127208643663288636, 4, 0, 1, 'otherAdInteraction', 0, 0, 0, false, '192.0.2.18', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (20, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 19000, NULL, 5, 0, 1, 'acceptInvitation', 0, 0, 0, false, '192.0.2.19', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (21, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 20000, NULL, 1, 0, 1, 'viewable', 0, 0, 0, false, '192.0.2.20', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (22, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 21000, 8522308016248223779, 2, 0, 1, 'notViewable', 0, 0, 0, false, '192.0.2.21', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (23, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 22000, NULL, 3, 0, 1, 'viewUndetermined', 0, 0, 0, false, '192.0.2.22', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (24, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 23000, NULL, 4, 7, 1, 'error', 0, 0, 0, false, '192.0.2.23', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (26, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 25000, NULL, 1, 0, 1, 'impression', 0, 0, 0, false, '192.0.2.25', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (27, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 26000, NULL, 2, 0, 1, 'loaded', 0, 0, 0, false, '192.0.2.26', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (28, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 27000, 4880495518003204261, 3, 0, 1, 'start', 0, 0, 0, false, '192.0.2.27', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (29, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 28000, NULL, 4, 0, 1, 'firstQuartile', 0, 0, 0, false, '192.0.2.28', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (30, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 29000, NULL, 5, 0, 1, 'midpoint', 0, 0, 0, false, '192.0.2.29', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (31, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 30000, 4127208643663288636, 1, 0, 1, 'thirdQuartile', 0, 0, 0, false, '192.0.2.30', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (33, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 32000, NULL, 3, 5000, 1, 'progress', 0, 0, 0, false, '192.0.2.32', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (34, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 33000, 8522308016248223779, 4, 0, 1, 'mute', 0, 0, 0, false, '192.0.2.33', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (35, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 34000, NULL, 5, 0, 1, 'unmute', 0, 0, 0, false, '192.0.2.34', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (36, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 35000, NULL, 1, 0, 1, 'pause', 0, 0, 0, false, '192.0.2.35', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (37, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 36000, 1628996305141544524, 2, 0, 1, 'resume', 0, 0, 0, false, '192.0.2.36', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (38, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 37000, NULL, 3, 0, 1, 'rewind', 0, 0, 0, false, '192.0.2.37', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (40, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 39000, 4880495518003204261, 5, 0, 1, 'playerExpand', 0, 0, 0, false, '192.0.2.39', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (41, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 40000, NULL, 1, 0, 1, 'playerCollapse', 0, 0, 0, false, '192.0.2.40', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (42, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 41000, NULL, 2, 0, 1, 'closeLinear', 0, 0, 0, false, '192.0.2.41', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (43, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 42000, 4127208643663288636, 3, 0, 1, 'otherAdInteraction', 0, 0, 0, false, '192.0.2.42', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (44, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 43000, NULL, 4, 0, 1, 'acceptInvitation', 0, 0, 0, false, '192.0.2.43', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (45, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 44000, NULL, 5, 0, 1, 'viewable', 0, 0, 0, false, '192.0.2.44', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (46, '2026-11-27 03:21:32.562715+00', '2026-11-27 03:31:32.562715+00', 45000, 8522308016248223779, 1, 0, 1, 'notViewable', 0, 0, 0, false, '192.0.2.45', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (47, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 46000, NULL, 2, 0, 1, 'viewUndetermined', 0, 0, 0, false, '192.0.2.46', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (48, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 47000, NULL, 3, 7, 1, 'error', 0, 0, 0, false, '192.0.2.47', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (49, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 48000, 1628996305141544524, 4, 0, 1, 'click', 0, 0, 0, false, '192.0.2.48', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (50, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 49000, NULL, 5, 0, 1, 'impression', 0, 0, 0, false, '192.0.2.49', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (51, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 50000, NULL, 1, 0, 1, 'loaded', 0, 0, 0, false, '192.0.2.50', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (52, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 51000, 4880495518003204261, 2, 0, 1, 'start', 0, 0, 0, false, '192.0.2.51', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (53, '2026-11-27 03:21:32.562715+00', '2026-11-27 03:31:32.562715+00', 52000, NULL, 3, 0, 1, 'firstQuartile', 0, 0, 0, false, '192.0.2.52', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (54, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 53000, NULL, 4, 0, 1, 'midpoint', 0, 0, 0, false, '192.0.2.53', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (55, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 54000, 4127208643663288636, 5, 0, 1, 'thirdQuartile', 0, 0, 0, false, '192.0.2.54', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (56, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 55000, NULL, 1, 0, 1, 'complete', 0, 0, 0, false, '192.0.2.55', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (57, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 56000, NULL, 2, 5000, 1, 'progress', 0, 0, 0, false, '192.0.2.56', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (58, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 57000, 8522308016248223779, 3, 0, 1, 'mute', 0, 0, 0, false, '192.0.2.57', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (59, '2026-11-27 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 58000, NULL, 4, 0, 1, 'unmute', 0, 0, 0, false, '192.0.2.58', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (61, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 0, 1628996305141544524, 1, 0, 1, 'resume', 1, 0, 0, false, '192.0.2.60', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (62, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 1000, NULL, 2, 0, 1, 'rewind', 1, 0, 0, false, '192.0.2.61', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (63, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 2000, NULL, 3, 0, 1, 'skip', 1, 0, 0, false, '192.0.2.62', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (64, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 3000, 4880495518003204261, 4, 0, 1, 'playerExpand', 1, 0, 0, false, '192.0.2.63', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (65, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 4000, NULL, 5, 0, 1, 'playerCollapse', 1, 0, 0, false, '192.0.2.64', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (66, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 5000, NULL, 1, 0, 1, 'closeLinear', 1, 0, 0, false, '192.0.2.65', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (68, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 7000, NULL, 3, 0, 1, 'acceptInvitation', 1, 0, 0, false, '192.0.2.67', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (69, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 8000, NULL, 4, 0, 1, 'viewable', 1, 0, 0, false, '192.0.2.68', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (70, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 9000, 8522308016248223779, 5, 0, 1, 'notViewable', 1, 0, 0, false, '192.0.2.69', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (71, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 10000, NULL, 1, 0, 1, 'viewUndetermined', 1, 0, 0, false, '192.0.2.70', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (72, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 11000, NULL, 2, 7, 1, 'error', 1, 0, 0, false, '192.0.2.71', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (73, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 12000, 1628996305141544524, 3, 0, 1, 'click', 1, 0, 0, false, '192.0.2.72', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (75, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 14000, NULL, 5, 0, 1, 'loaded', 1, 0, 0, false, '192.0.2.74', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (76, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 15000, 4880495518003204261, 1, 0, 1, 'start', 1, 0, 0, false, '192.0.2.75', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (77, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 16000, NULL, 2, 0, 1, 'firstQuartile', 1, 0, 0, false, '192.0.2.76', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (78, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 17000, NULL, 3, 0, 1, 'midpoint', 1, 0, 0, false, '192.0.2.77', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (79, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 18000, 4127208643663288636, 4, 0, 1, 'thirdQuartile', 1, 0, 0, false, '192.0.2.78', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (80, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 19000, NULL, 5, 0, 1, 'complete', 1, 0, 0, false, '192.0.2.79', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (82, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 21000, 8522308016248223779, 2, 0, 1, 'mute', 1, 0, 0, false, '192.0.2.81', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (83, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 22000, NULL, 3, 0, 1, 'unmute', 1, 0, 0, false, '192.0.2.82', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (84, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 23000, NULL, 4, 0, 1, 'pause', 1, 0, 0, false, '192.0.2.83', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (85, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 24000, 1628996305141544524, 5, 0, 1, 'resume', 1, 0, 0, false, '192.0.2.84', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (86, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 25000, NULL, 1, 0, 1, 'rewind', 1, 0, 0, false, '192.0.2.85', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (87, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 26000, NULL, 2, 0, 1, 'skip', 1, 0, 0, false, '192.0.2.86', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (88, '2026-11-27 03:21:32.567008+00', '2026-11-27 03:31:32.567008+00', 27000, 4880495518003204261, 3, 0, 1, 'playerExpand', 1, 0, 0, false, '192.0.2.87', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (89, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 28000, NULL, 4, 0, 1, 'playerCollapse', 1, 0, 0, false, '192.0.2.88', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (90, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 29000, NULL, 5, 0, 1, 'closeLinear', 1, 0, 0, false, '192.0.2.89', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (91, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 30000, 4127208643663288636, 1, 0, 1, 'otherAdInteraction', 1, 0, 0, false, '192.0.2.90', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (92, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 31000, NULL, 2, 0, 1, 'acceptInvitation', 1, 0, 0, false, '192.0.2.91', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (93, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 32000, NULL, 3, 0, 1, 'viewable', 1, 0, 0, false, '192.0.2.92', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (94, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 33000, 8522308016248223779, 4, 0, 1, 'notViewable', 1, 0, 0, false, '192.0.2.93', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (95, '2026-11-27 03:21:32.567008+00', '2026-11-27 03:31:32.567008+00', 34000, NULL, 5, 0, 1, 'viewUndetermined', 1, 0, 0, false, '192.0.2.94', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (96, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 35000, NULL, 1, 7, 1, 'error', 1, 0, 0, false, '192.0.2.95', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (97, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 36000, 1628996305141544524, 2, 0, 1, 'click', 1, 0, 0, false, '192.0.2.96', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (98, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 37000, NULL, 3, 0, 1, 'impression', 1, 0, 0, false, '192.0.2.97', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (99, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 38000, NULL, 4, 0, 1, 'loaded', 1, 0, 0, false, '192.0.2.98', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (100, '2026-11-27 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 39000, 4880495518003204261, 5, 0, 1, 'start', 1, 0, 0, false, '192.0.2.99', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (101, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 50000, NULL, 1, 0, 1, 'loaded', 0, 0, 0, false, '192.0.2.50', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (102, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 51000, 4880495518003204261, 2, 0, 1, 'start', 0, 0, 0, false, '192.0.2.51', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (103, '2026-11-27 03:21:32.572282+00', '2026-11-27 03:31:32.572282+00', 52000, NULL, 3, 0, 1, 'firstQuartile', 0, 0, 0, false, '192.0.2.52', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (104, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 54000, 4127208643663288636, 5, 0, 1, 'thirdQuartile', 0, 0, 0, false, '192.0.2.54', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (105, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 55000, NULL, 1, 0, 1, 'complete', 0, 0, 0, false, '192.0.2.55', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (106, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 56000, NULL, 2, 5000, 1, 'progress', 0, 0, 0, false, '192.0.2.56', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (107, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 58000, NULL, 4, 0, 1, 'unmute', 0, 0, 0, false, '192.0.2.58', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (109, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 0, 1628996305141544524, 1, 0, 1, 'resume', 0, 0, 0, false, '192.0.2.60', 'p0', NULL);
INSERT INTO public.events_20261127 VALUES (110, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 2000, NULL, 3, 0, 1, 'skip', 0, 0, 0, false, '192.0.2.62', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (111, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 3000, 4880495518003204261, 4, 0, 1, 'playerExpand', 0, 0, 0, false, '192.0.2.63', 'p3', NULL);
INSERT INTO public.events_20261127 VALUES (112, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 4000, NULL, 5, 0, 1, 'playerCollapse', 0, 0, 0, false, '192.0.2.64', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (114, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 7000, NULL, 3, 0, 1, 'acceptInvitation', 0, 0, 0, false, '192.0.2.67', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (115, '2026-11-27 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 8000, NULL, 4, 0, 1, 'viewable', 0, 0, 0, false, '192.0.2.68', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (131073, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 40000, NULL, 1, 0, 1, 'firstQuartile', 0, 0, 0, false, '192.0.2.100', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (131075, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 42000, 4127208643663288636, 3, 0, 1, 'thirdQuartile', 0, 0, 0, false, '192.0.2.102', 'p2', NULL);
INSERT INTO public.events_20261127 VALUES (131076, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 43000, NULL, 4, 0, 1, 'complete', 0, 0, 0, false, '192.0.2.103', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (131077, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 45000, 8522308016248223779, 1, 0, 1, 'mute', 0, 0, 0, false, '192.0.2.105', 'p1', NULL);
INSERT INTO public.events_20261127 VALUES (131078, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 46000, NULL, 2, 0, 1, 'unmute', 0, 0, 0, false, '192.0.2.106', NULL, NULL);
INSERT INTO public.events_20261127 VALUES (131079, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 47000, NULL, 3, 0, 1, 'pause', 0, 0, 0, false, '192.0.2.107', NULL, NULL);
INSERT INTO public.events_late_20261122 VALUES (11, '2026-11-22 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 10000, NULL, 1, 0, 1, 'unmute', 0, 0, 0, true, '192.0.2.10', NULL, NULL);
INSERT INTO public.events_late_20261122 VALUES (25, '2026-11-22 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 24000, 1628996305141544524, 5, 0, 1, 'click', 0, 0, 0, true, '192.0.2.24', 'p0', NULL);
INSERT INTO public.events_late_20261122 VALUES (81, '2026-11-22 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 20000, NULL, 1, 5000, 1, 'progress', 1, 0, 0, true, '192.0.2.80', NULL, NULL);
INSERT INTO public.events_late_20261122 VALUES (131074, '2026-11-22 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 41000, NULL, 2, 0, 1, 'midpoint', 0, 0, 0, true, '192.0.2.101', NULL, NULL);
INSERT INTO public.events_late_20261122 VALUES (131080, '2026-11-22 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 48000, 1628996305141544524, 4, 0, 1, 'resume', 0, 0, 0, true, '192.0.2.108', 'p0', NULL);
INSERT INTO public.events_late_20261126 VALUES (4, '2026-11-26 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 3000, 4880495518003204261, 4, 0, 1, 'start', 0, 0, 0, true, '192.0.2.3', 'p3', NULL);
INSERT INTO public.events_late_20261126 VALUES (32, '2026-11-26 03:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 31000, NULL, 2, 0, 1, 'complete', 0, 0, 0, true, '192.0.2.31', NULL, NULL);
INSERT INTO public.events_late_20261126 VALUES (74, '2026-11-26 03:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 13000, NULL, 4, 0, 1, 'impression', 1, 0, 0, true, '192.0.2.73', NULL, NULL);
INSERT INTO public.events_late_20261126 VALUES (108, '2026-11-26 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 59000, NULL, 5, 0, 1, 'pause', 0, 0, 0, true, '192.0.2.59', NULL, NULL);
INSERT INTO public.events_late_20261126 VALUES (113, '2026-11-26 03:31:32.572282+00', '2026-11-27 03:31:32.572282+00', 6000, 4127208643663288636, 2, 0, 1, 'otherAdInteraction', 0, 0, 0, true, '192.0.2.66', 'p2', NULL);
INSERT INTO public.events_late_20261127 VALUES (18, '2026-11-27 02:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 17000, NULL, 3, 0, 1, 'closeLinear', 0, 0, 0, true, '192.0.2.17', NULL, NULL);
INSERT INTO public.events_late_20261127 VALUES (39, '2026-11-27 02:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 38000, NULL, 4, 0, 1, 'skip', 0, 0, 0, true, '192.0.2.38', NULL, NULL);
INSERT INTO public.events_late_20261127 VALUES (60, '2026-11-27 02:31:32.562715+00', '2026-11-27 03:31:32.562715+00', 59000, NULL, 5, 0, 1, 'pause', 0, 0, 0, true, '192.0.2.59', NULL, NULL);
INSERT INTO public.events_late_20261127 VALUES (67, '2026-11-27 02:31:32.567008+00', '2026-11-27 03:31:32.567008+00', 6000, 4127208643663288636, 2, 0, 1, 'otherAdInteraction', 1, 0, 0, true, '192.0.2.66', 'p2', NULL);
INSERT INTO public.events_past_late VALUES (196609, '2026-11-01 10:00:00+00', '2026-11-27 03:31:32.841642+00', 12000, NULL, 1, 0, 1, 'click', 0, 0, 0, true, '198.51.100.1', NULL, NULL);
INSERT INTO public.ingest_cursor VALUES ('0000e388-99fc-4785-84f2-0a6a66d64478', 1, '9ea5d955-c6ae-4150-98b3-9d38ef341d2d', 1099511627906, '{5,5,6,6,6,5,6,6,5,5,6,6,6,4,5,5,5,4,5,5,5,4,4,4,0,0,0}', '{0,0,0,0,0,1,0,0,0,1,0,0,0,1,0,0,0,1,0,0,0,1,0,0,0,0,0}', '{2,0,0}', '2026-11-27 03:31:32.445952+00', '2026-11-27 03:31:32.711126+00', 0, 0, '2026-11-27 03:31:00+00', '2026-11-27 03:31:32.701168+00');
INSERT INTO public.ingest_runs VALUES (0, '0000e388-99fc-4785-84f2-0a6a66d64478', '9ea5d955-c6ae-4150-98b3-9d38ef341d2d', 1099511627906, '{}', '2026-11-27 03:31:32.711126+00', '2026-11-27 03:31:00+00');
INSERT INTO public.lanes VALUES (0, 1, 1);
INSERT INTO public.marks VALUES (0, 0, '2026-11-27 03:00:00+00', -1, 0);
INSERT INTO public.marks VALUES (0, 1, '2026-11-27 03:00:00+00', -1, 0);
INSERT INTO public.marks VALUES (0, 2, '2026-11-27 03:00:00+00', -1, 0);
INSERT INTO public.marks VALUES (0, 3, '2026-11-27 00:00:00+00', -1, 0);
INSERT INTO public.marks VALUES (0, 4, '2026-11-01 00:00:00+00', -1, 0);
INSERT INTO public.marks VALUES (0, 5, '2026-11-27 00:00:00+00', -1, 0);
INSERT INTO public.placements VALUES (0, 1628996305141544524, 'p0', '2026-11-27');
INSERT INTO public.placements VALUES (0, 4127208643663288636, 'p2', '2026-11-27');
INSERT INTO public.placements VALUES (0, 4880495518003204261, 'p3', '2026-11-27');
INSERT INTO public.placements VALUES (0, 8522308016248223779, 'p1', '2026-11-27');
INSERT INTO public.rejected_events VALUES (0, 65537, '0000e388-99fc-4785-84f2-0a6a66d64478', 1099511627901, 'progress', 0, 0, 5, 5000, 1, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 44000, '192.0.2.104', NULL, NULL, NULL, 'unknown ad', '2026-11-27 03:31:32.711126+00');
INSERT INTO public.rejected_events VALUES (0, 65538, '0000e388-99fc-4785-84f2-0a6a66d64478', 1099511627906, 'rewind', 0, 0, 5, 0, 1, '2026-11-27 03:31:32.701168+00', '2026-11-27 03:31:32.701168+00', 49000, '192.0.2.109', NULL, NULL, '01a21a4d-4000-4508-bc24-41a4b5e35a61', 'unknown ad', '2026-11-27 03:31:32.711126+00');
INSERT INTO public.schema_functions VALUES (6, '7d52f8d68db19d69b20e56d3b1539ebab11732f5d7f9c5efae40b46fc890e1f5', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (1, '001_schema.sql', 'e168f9e746f2bbfaeaf6a490b3fa209e772b877681a6d7904834615333c41948', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (3, '003_replica_identity.sql', 'c01a1cd71196fd3e939dbdb2b3e6a6f37caac0b91667f3bba5cf05103e493069', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (4, '004_ingest_runs.sql', '93054150b1774b748b90e45131d59ee4b1800c02da12d12d687b678bf9dc3733', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (5, '005_every_kind.sql', '5f77ba11a302d64c3f4148e885ee361ebb7e5d5fcde64af67fc09e04193b29cd', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (2, '002_adopt_clicks.sql', '286d03949f60afb6539068e61fb9125793df97d195176f9dbbcf22decabd5123', '2026-11-27 03:31:32.074856+00');
INSERT INTO public.schema_migrations VALUES (6, '006_adopt_clicks.sql', '86a8f0b5e629216e82b11fce9cf34677f813b451314a8e76de45e389a2621a1f', '2026-11-27 03:31:32.074856+00');
SELECT pg_catalog.setval('public.ads_id_seq', 1, false);
SELECT pg_catalog.setval('public.events_id_seq', 196609, true);
SELECT pg_catalog.setval('public.ingest_cursor_journal_id_seq', 1, true);
ALTER TABLE ONLY public.ads
    ADD CONSTRAINT ads_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.counts
    ADD CONSTRAINT counts_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.counts_day
    ADD CONSTRAINT counts_day_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.counts_hour
    ADD CONSTRAINT counts_hour_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.counts_minute
    ADD CONSTRAINT counts_minute_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261127
    ADD CONSTRAINT counts_minute_20261127_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261128
    ADD CONSTRAINT counts_minute_20261128_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261129
    ADD CONSTRAINT counts_minute_20261129_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261130
    ADD CONSTRAINT counts_minute_20261130_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261201
    ADD CONSTRAINT counts_minute_20261201_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261202
    ADD CONSTRAINT counts_minute_20261202_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261203
    ADD CONSTRAINT counts_minute_20261203_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_20261204
    ADD CONSTRAINT counts_minute_20261204_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minute_default
    ADD CONSTRAINT counts_minute_default_pkey PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id);
ALTER TABLE ONLY public.counts_minutes_of_all
    ADD CONSTRAINT counts_minutes_of_all_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.counts_month
    ADD CONSTRAINT counts_month_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.counts_quarter
    ADD CONSTRAINT counts_quarter_pkey PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict);
ALTER TABLE ONLY public.event_keys
    ADD CONSTRAINT event_keys_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261112
    ADD CONSTRAINT event_keys_20261112_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261113
    ADD CONSTRAINT event_keys_20261113_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261114
    ADD CONSTRAINT event_keys_20261114_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261115
    ADD CONSTRAINT event_keys_20261115_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261116
    ADD CONSTRAINT event_keys_20261116_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261117
    ADD CONSTRAINT event_keys_20261117_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261118
    ADD CONSTRAINT event_keys_20261118_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261119
    ADD CONSTRAINT event_keys_20261119_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261120
    ADD CONSTRAINT event_keys_20261120_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261121
    ADD CONSTRAINT event_keys_20261121_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261122
    ADD CONSTRAINT event_keys_20261122_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261123
    ADD CONSTRAINT event_keys_20261123_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261124
    ADD CONSTRAINT event_keys_20261124_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261125
    ADD CONSTRAINT event_keys_20261125_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261126
    ADD CONSTRAINT event_keys_20261126_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261127
    ADD CONSTRAINT event_keys_20261127_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261128
    ADD CONSTRAINT event_keys_20261128_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261129
    ADD CONSTRAINT event_keys_20261129_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261130
    ADD CONSTRAINT event_keys_20261130_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261201
    ADD CONSTRAINT event_keys_20261201_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261202
    ADD CONSTRAINT event_keys_20261202_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261203
    ADD CONSTRAINT event_keys_20261203_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261204
    ADD CONSTRAINT event_keys_20261204_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261205
    ADD CONSTRAINT event_keys_20261205_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261206
    ADD CONSTRAINT event_keys_20261206_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261207
    ADD CONSTRAINT event_keys_20261207_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261208
    ADD CONSTRAINT event_keys_20261208_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261209
    ADD CONSTRAINT event_keys_20261209_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261210
    ADD CONSTRAINT event_keys_20261210_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261211
    ADD CONSTRAINT event_keys_20261211_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261212
    ADD CONSTRAINT event_keys_20261212_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_20261213
    ADD CONSTRAINT event_keys_20261213_pkey PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.event_keys_default
    ADD CONSTRAINT event_keys_default_pkey1 PRIMARY KEY (lane, key);
ALTER TABLE ONLY public.ingest_cursor
    ADD CONSTRAINT ingest_cursor_pkey PRIMARY KEY (lane, journal_id, row_minute);
ALTER TABLE ONLY public.ingest_runs
    ADD CONSTRAINT ingest_runs_pkey PRIMARY KEY (lane, journal, nonce, row_minute);
ALTER TABLE ONLY public.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (lane);
ALTER TABLE ONLY public.marks
    ADD CONSTRAINT marks_pkey PRIMARY KEY (lane, mark);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_pkey PRIMARY KEY (lane, id);
ALTER TABLE ONLY public.rejected_events
    ADD CONSTRAINT rejected_events_pkey PRIMARY KEY (lane, id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE UNIQUE INDEX counts_late_bucket ON public.counts_late USING btree (lane, bucket, dimension, key, detail, verdict, journal_id);
CREATE INDEX counts_late_key ON public.counts_late USING btree (lane, dimension, key, bucket);
CREATE INDEX events_20261112_at ON public.events_20261112 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261113_at ON public.events_20261113 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261114_at ON public.events_20261114 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261115_at ON public.events_20261115 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261116_at ON public.events_20261116 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261117_at ON public.events_20261117 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261118_at ON public.events_20261118 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261119_at ON public.events_20261119 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261120_at ON public.events_20261120 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261121_at ON public.events_20261121 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261122_at ON public.events_20261122 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261123_at ON public.events_20261123 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261124_at ON public.events_20261124 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261125_at ON public.events_20261125 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261126_at ON public.events_20261126 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261127_at ON public.events_20261127 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261128_at ON public.events_20261128 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261129_at ON public.events_20261129 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261130_at ON public.events_20261130 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261201_at ON public.events_20261201 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261202_at ON public.events_20261202 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261203_at ON public.events_20261203 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261204_at ON public.events_20261204 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_default_occurred_at ON public.events_default USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_late_20261112_at ON public.events_late_20261112 USING btree (occurred_at);
CREATE INDEX events_late_20261113_at ON public.events_late_20261113 USING btree (occurred_at);
CREATE INDEX events_late_20261114_at ON public.events_late_20261114 USING btree (occurred_at);
CREATE INDEX events_late_20261115_at ON public.events_late_20261115 USING btree (occurred_at);
CREATE INDEX events_late_20261116_at ON public.events_late_20261116 USING btree (occurred_at);
CREATE INDEX events_late_20261117_at ON public.events_late_20261117 USING btree (occurred_at);
CREATE INDEX events_late_20261118_at ON public.events_late_20261118 USING btree (occurred_at);
CREATE INDEX events_late_20261119_at ON public.events_late_20261119 USING btree (occurred_at);
CREATE INDEX events_late_20261120_at ON public.events_late_20261120 USING btree (occurred_at);
CREATE INDEX events_late_20261121_at ON public.events_late_20261121 USING btree (occurred_at);
CREATE INDEX events_late_20261122_at ON public.events_late_20261122 USING btree (occurred_at);
CREATE INDEX events_late_20261123_at ON public.events_late_20261123 USING btree (occurred_at);
CREATE INDEX events_late_20261124_at ON public.events_late_20261124 USING btree (occurred_at);
CREATE INDEX events_late_20261125_at ON public.events_late_20261125 USING btree (occurred_at);
CREATE INDEX events_late_20261126_at ON public.events_late_20261126 USING btree (occurred_at);
CREATE INDEX events_late_20261127_at ON public.events_late_20261127 USING btree (occurred_at);
CREATE INDEX events_late_20261128_at ON public.events_late_20261128 USING btree (occurred_at);
CREATE INDEX events_late_20261129_at ON public.events_late_20261129 USING btree (occurred_at);
CREATE INDEX events_late_20261130_at ON public.events_late_20261130 USING btree (occurred_at);
CREATE INDEX events_late_20261201_at ON public.events_late_20261201 USING btree (occurred_at);
CREATE INDEX events_late_20261202_at ON public.events_late_20261202 USING btree (occurred_at);
CREATE INDEX events_late_20261203_at ON public.events_late_20261203 USING btree (occurred_at);
CREATE INDEX events_late_20261204_at ON public.events_late_20261204 USING btree (occurred_at);
CREATE INDEX events_past_late_occurred_at ON public.events_past_late USING btree (occurred_at);
CREATE INDEX events_past_occurred_at ON public.events_past USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX ingest_cursor_journal ON public.ingest_cursor USING btree (journal);
CREATE INDEX placements_day ON public.placements USING btree (lane, day);
ALTER INDEX public.counts_pkey ATTACH PARTITION public.counts_day_pkey;
ALTER INDEX public.counts_pkey ATTACH PARTITION public.counts_hour_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261127_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261128_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261129_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261130_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261201_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261202_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261203_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_20261204_pkey;
ALTER INDEX public.counts_minute_pkey ATTACH PARTITION public.counts_minute_default_pkey;
ALTER INDEX public.counts_pkey ATTACH PARTITION public.counts_minutes_of_all_pkey;
ALTER INDEX public.counts_pkey ATTACH PARTITION public.counts_month_pkey;
ALTER INDEX public.counts_pkey ATTACH PARTITION public.counts_quarter_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261112_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261113_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261114_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261115_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261116_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261117_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261118_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261119_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261120_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261121_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261122_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261123_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261124_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261125_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261126_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261127_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261128_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261129_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261130_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261201_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261202_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261203_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261204_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261205_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261206_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261207_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261208_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261209_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261210_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261211_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261212_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261213_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_default_pkey1;
CREATE TRIGGER ads_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ads FOR EACH STATEMENT EXECUTE FUNCTION public.notify_ads_changed();
CREATE TRIGGER clicks_delete INSTEAD OF DELETE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_delete('click');
CREATE TRIGGER clicks_insert INSTEAD OF INSERT ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_insert('click');
CREATE TRIGGER clicks_reject_update INSTEAD OF UPDATE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_reject_update();
CREATE TRIGGER impressions_delete INSTEAD OF DELETE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_delete('impression');
CREATE TRIGGER impressions_insert INSTEAD OF INSERT ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_insert('impression');
CREATE TRIGGER impressions_reject_update INSTEAD OF UPDATE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_reject_update();
REVOKE ALL ON FUNCTION public.view_delete() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.view_insert() FROM PUBLIC;
\unrestrict V5XLr97c7FTTvFfa83PRcXRii16MOfOkIo31PC9gHVYMvGZ3nDCsDKA5IXcsJIM
