-- A database of revision 107f08e, the last that stored clicks and impressions alone: events of both kinds,
-- event_ids (some of them UUIDs of version 7), duplicates, rejected events, rows inserted into the views,
-- one without a time. Made by pg_dump of PostgreSQL 15 (--no-owner --inserts) without its comments.
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
CREATE TYPE public.event_kind AS ENUM (
    'click',
    'impression'
);
CREATE FUNCTION public.add_to_counts(p_journal_id integer, p_at timestamp with time zone[], p_ad_id integer[], p_kind public.event_kind[], p_events bigint[], p_playback_seconds bigint[], p_bucket_seconds integer[] DEFAULT NULL::integer[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    INSERT INTO event_counts AS c
        (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT w.seconds, bucket_start(w.width, n.at), coalesce(n.ad_id, 0), n.kind, p_journal_id,
           sum(n.events), coalesce(sum(n.playback_seconds), 0)
    FROM unnest(p_at, p_ad_id, p_kind, p_events, p_playback_seconds, p_bucket_seconds)
         AS n (at, ad_id, kind, events, playback_seconds, bucket_seconds)
    JOIN (VALUES (60, interval '1 minute'), (3600, interval '1 hour'), (86400, interval '1 day'))
         AS w (seconds, width) ON w.seconds = coalesce(n.bucket_seconds, w.seconds)
    WHERE isfinite(n.at)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds;
END
$$;
CREATE FUNCTION public.analytics_totals(p_start timestamp with time zone, p_end timestamp with time zone, p_ad_id integer) RETURNS TABLE(kind smallint, events bigint, playback_seconds bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO '$user', 'public'
    AS $$
#variable_conflict use_column
DECLARE
    v_end timestamptz := p_end + interval '1 microsecond'; -- the first moment outside
    -- Whole buckets of each width that lie inside: from .. to. Widths nest, so the wider window lies
    -- inside the narrower one; where there is no whole bucket, both are the window's start.
    v_minute_from timestamptz; v_minute_to timestamptz;
    v_hour_from timestamptz; v_hour_to timestamptz;
    v_day_from timestamptz; v_day_to timestamptz;
BEGIN
    SELECT first, past INTO v_minute_from, v_minute_to FROM whole_buckets('1 minute', p_start, v_end);
    SELECT first, past INTO v_hour_from, v_hour_to FROM whole_buckets('1 hour', v_minute_from, v_minute_to);
    SELECT first, past INTO v_day_from, v_day_to FROM whole_buckets('1 day', v_hour_from, v_hour_to);
    RETURN QUERY
    WITH parts AS (
        SELECT kind, events AS n, playback_seconds AS seconds FROM event_counts
        WHERE (p_ad_id IS NULL OR ad_id = p_ad_id)
          AND (bucket_seconds = 60 AND bucket >= v_minute_from AND bucket < v_hour_from
               OR bucket_seconds = 60 AND bucket >= v_hour_to AND bucket < v_minute_to
               OR bucket_seconds = 3600 AND bucket >= v_hour_from AND bucket < v_day_from
               OR bucket_seconds = 3600 AND bucket >= v_day_to AND bucket < v_hour_to
               OR bucket_seconds = 86400 AND bucket >= v_day_from AND bucket < v_day_to)
        UNION ALL
        SELECT kind, count(*), sum(video_playback_time) FROM events
        WHERE occurred_at >= p_start AND occurred_at < v_minute_from
          AND (p_ad_id IS NULL OR ad_id = p_ad_id) GROUP BY kind
        UNION ALL
        SELECT kind, count(*), sum(video_playback_time) FROM events
        WHERE occurred_at >= v_minute_to AND occurred_at < v_end
          AND (p_ad_id IS NULL OR ad_id = p_ad_id) GROUP BY kind
    ), totals AS (
        SELECT kind, sum(n)::bigint AS n, sum(seconds)::bigint AS seconds FROM parts GROUP BY kind
    )
    SELECT (k.number - 1)::smallint, coalesce(t.n, 0), coalesce(t.seconds, 0)
    FROM unnest(enum_range(NULL::event_kind)) WITH ORDINALITY AS k (kind, number)
    LEFT JOIN totals t ON t.kind = k.kind ORDER BY k.number;
END
$$;
CREATE FUNCTION public.bucket_start(p_width interval, p_time timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date_bin(p_width, p_time, '0001-01-01 00:00:00+00'::timestamp with time zone);
CREATE FUNCTION public.claim_event_ids(p_sequence bigint[], p_day date[], p_ad_id integer[], p_kind public.event_kind[], p_event_id text[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_first bigint[];
BEGIN
    WITH keyed AS (
        SELECT DISTINCT ON (ad_id, kind, event_id) sequence, day, ad_id, kind, event_id
        FROM unnest(p_sequence, p_day, p_ad_id, p_kind, p_event_id)
             AS k (sequence, day, ad_id, kind, event_id)
        ORDER BY ad_id, kind, event_id, sequence
    ), claimed AS (
        INSERT INTO event_keys (day, ad_id, kind, event_id)
        SELECT day + n, ad_id, kind, event_id FROM keyed CROSS JOIN generate_series(0, 1) AS n
        ORDER BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING
        RETURNING ad_id, kind, event_id
    ), first AS (
        SELECT sequence FROM keyed JOIN claimed USING (ad_id, kind, event_id)
        GROUP BY sequence HAVING count(*) = 2
    )
    SELECT array_agg(sequence) INTO v_first FROM first;
    RETURN v_first;
END
$$;
CREATE FUNCTION public.claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[], OUT is_locked boolean) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    INSERT INTO ingest_cursor (journal, nonce) VALUES (p_journal, p_nonce) ON CONFLICT DO NOTHING;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
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
        INSERT INTO ingest_runs AS r (journal, nonce, last_sequence)
        VALUES (p_journal, v_cursor.nonce, v_cursor.last_sequence)
        ON CONFLICT (lane, journal, nonce) DO UPDATE
        SET last_sequence = greatest(r.last_sequence, excluded.last_sequence);
    END IF;
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = now() WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
CREATE FUNCTION public.create_day_partitions(p_table text, p_column text, p_first date, p_days integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
DECLARE
    v_default regclass := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table -- there may be none
                           WHERE partrelid = quote_ident(p_table)::regclass);
    v_is_keyed boolean := EXISTS (SELECT FROM pg_index
                                  WHERE indrelid = quote_ident(p_table)::regclass AND indisprimary);
    v_schema oid := (SELECT oid FROM pg_namespace WHERE nspname = current_schema());
    v_day date;
    v_name text;
    v_of_day text;
    v_rows bigint := 0;
    v_has_rows boolean;
    v_made integer := 0;
BEGIN
    FOR v_day IN SELECT d.day FROM (SELECT p_first + n AS day FROM generate_series(0, p_days - 1) AS n) AS d
                 WHERE NOT EXISTS (SELECT FROM partition_bounds(p_table) AS b
                                   WHERE b.first < d.day + 1 AND b.past > d.day)
    LOOP
        v_of_day := format('%I >= %L AND %I < %L', p_column, v_day, p_column, v_day + 1);
        IF v_default IS NOT NULL THEN
            EXECUTE format('SELECT count(*) FROM (SELECT FROM %s WHERE %s LIMIT 500001) AS r',
                           v_default, v_of_day) INTO v_rows;
        END IF;
        IF v_rows > 500000 THEN
            RAISE WARNING 'the rows of % stay in %: there are too many to move', v_day, v_default;
            CONTINUE;
        END IF;
        v_name := p_table || to_char(v_day, '_YYYYMMDD');
        WHILE EXISTS (SELECT FROM pg_class WHERE relnamespace = v_schema AND relname = v_name)
              OR EXISTS (SELECT FROM pg_type WHERE typnamespace = v_schema AND typname = v_name) LOOP
            v_name := v_name || '_';
        END LOOP;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                       v_name, p_table);
        IF NOT v_is_keyed THEN -- a DELETE is refused without one where all tables are published
            EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', v_name);
        END IF;
        IF v_default IS NOT NULL THEN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', v_default);
            EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', v_default, v_of_day) INTO v_has_rows;
            IF v_has_rows THEN
                EXECUTE format('WITH moved AS (DELETE FROM %s WHERE %s RETURNING *) '
                               'INSERT INTO %I SELECT * FROM moved', v_default, v_of_day, v_name);
            END IF;
        END IF;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       p_table, v_name, v_day, v_day + 1);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.ingest_runs (
    lane smallint DEFAULT 0 NOT NULL,
    journal uuid NOT NULL,
    nonce uuid NOT NULL,
    last_sequence bigint DEFAULT 0 NOT NULL,
    missing int8multirange DEFAULT '{}'::int8multirange NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
CREATE FUNCTION public.find_run(p_journal uuid, p_run uuid, p_first bigint) RETURNS public.ingest_runs
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    SELECT * INTO v_run FROM ingest_runs r
    WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run AND r.last_sequence > 0;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal;
    IF v_run.nonce IS NULL AND v_cursor.nonce IS DISTINCT FROM p_run
       AND (p_first >> 40 << 40) < v_cursor.untracked_to THEN
        RETURN NULL;
    END IF;
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
CREATE FUNCTION public.fold_counts(p_before timestamp with time zone, p_rows integer DEFAULT 50000) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_journal integer;
    v_found tid[];
    v_quiet record;
    v_moved integer := 0;
BEGIN
    FOR v_journal IN SELECT journal_id FROM ingest_cursor WHERE stored_at < p_before ORDER BY journal_id LOOP
        EXIT WHEN v_moved >= p_rows;
        v_found := ARRAY(SELECT ctid FROM event_counts WHERE journal_id = v_journal LIMIT p_rows - v_moved);
        CONTINUE WHEN cardinality(v_found) = 0;
        v_moved := v_moved + cardinality(v_found);
        -- A row that its journal, active again, has updated meanwhile is not found: it stays.
        WITH quiet AS (
            DELETE FROM event_counts WHERE ctid = ANY (v_found) AND journal_id = v_journal RETURNING *
        )
        SELECT array_agg(bucket) AS buckets, array_agg(ad_id) AS ad_ids, array_agg(kind) AS kinds,
               array_agg(events) AS events, array_agg(playback_seconds) AS playback_seconds,
               array_agg(bucket_seconds) AS bucket_seconds
        INTO v_quiet FROM quiet;
        PERFORM add_to_counts(0, v_quiet.buckets, v_quiet.ad_ids, v_quiet.kinds, v_quiet.events,
                              v_quiet.playback_seconds, v_quiet.bucket_seconds);
    END LOOP;
    RETURN v_moved;
END
$$;
CREATE FUNCTION public.forget_runs(p_before timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_journal uuid;
    v_forgotten bigint;
BEGIN
    FOR v_journal IN
        SELECT c.journal FROM ingest_cursor c
        WHERE EXISTS (SELECT FROM ingest_runs r WHERE r.lane = 0 AND r.journal = c.journal
                      AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence)
        FOR UPDATE SKIP LOCKED
    LOOP
        WITH gone AS (
            DELETE FROM ingest_runs r USING ingest_cursor c
            WHERE c.journal = v_journal AND r.lane = 0 AND r.journal = v_journal
              AND r.stored_at < p_before AND r.last_sequence <= c.last_sequence
            RETURNING r.last_sequence
        )
        SELECT max(last_sequence) INTO v_forgotten FROM gone;
        UPDATE ingest_cursor c SET untracked_to = greatest(c.untracked_to, v_forgotten)
        WHERE c.journal = v_journal;
    END LOOP;
END
$$;
CREATE FUNCTION public.import_batch(p_journal uuid, p_run uuid, p_sequence bigint[], p_kind smallint[], p_ad_id integer[], p_occurred_at timestamp with time zone[], p_ip inet[], p_playback integer[], p_event_id text[], p_reject text, OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint, OUT rejected bigint, OUT known bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
    v_now record;
BEGIN
    PERFORM lock_run(p_journal, p_run);
    v_run := find_run(p_journal, p_run, p_sequence[1]);
    IF v_run.nonce IS NULL THEN
        RAISE EXCEPTION 'what was stored of this run is not known' USING ERRCODE = 'VA004';
    END IF;
    SELECT * INTO v_now
    FROM store_batch(p_journal, 0, v_run.last_sequence, v_run.missing, p_sequence, p_kind, p_ad_id,
                     p_occurred_at, p_ip, p_playback, p_event_id, p_reject, '{}', '{}', '{}');
    PERFORM note_stored(v_run, 0, v_run.last_sequence, p_sequence);
    last_sequence := p_sequence[cardinality(p_sequence)];
    SELECT sum(s) INTO stored FROM unnest(v_now.stored) AS s;
    SELECT sum(d) INTO duplicate FROM unnest(v_now.duplicate) AS d;
    SELECT sum(r) INTO rejected FROM unnest(v_now.rejected) AS r;
    known := cardinality(p_sequence) - stored - duplicate - rejected;
END
$$;
CREATE FUNCTION public.import_position(p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint
    LANGUAGE sql
    SET search_path TO '$user', 'public'
    AS $$
    SELECT coalesce(lower(r.missing) - 1, r.last_sequence) FROM find_run(p_journal, p_run, p_first) AS r
$$;
CREATE FUNCTION public.inet_or_null(p_text text) RETURNS inet
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    RETURN p_text::inet;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;
CREATE FUNCTION public.ingest_batch(p_journal uuid, p_nonce uuid, p_run uuid, p_sequence bigint[], p_kind smallint[], p_ad_id integer[], p_occurred_at timestamp with time zone[], p_ip inet[], p_playback integer[], p_event_id text[], p_reject text, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_last bigint := p_sequence[cardinality(p_sequence)];
    v_cursor ingest_cursor%ROWTYPE;
    v_run ingest_runs%ROWTYPE;
    v_after bigint;
    v_missing int8multirange := '{}'; -- of the run, and above the cursor
    v_now record;
BEGIN
    -- Whoever locks both rows locks the cursor's first.
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;
    IF p_run IS NOT NULL AND v_last IS NOT NULL THEN
        v_run := lock_run(p_journal, p_run);
    END IF;
    v_after := greatest(v_cursor.last_sequence, v_run.last_sequence);
    IF v_run.missing <> '{}' THEN
        v_missing := v_run.missing * int8multirange(int8range(v_cursor.last_sequence, NULL, '()'));
    END IF;
    IF v_after > v_cursor.last_sequence THEN -- an import was here: the books call it stored
        v_cursor.stored := ARRAY(
            SELECT coalesce(v_cursor.stored[k], 0) + count(b.kind_number)
            FROM generate_series(1, cardinality(enum_range(NULL::event_kind))) AS k
            LEFT JOIN unnest(p_sequence, p_kind) AS b (sequence, kind_number)
                   ON b.kind_number = k - 1 AND b.sequence > v_cursor.last_sequence
                  AND b.sequence <= v_after AND NOT b.sequence <@ v_missing
            GROUP BY k ORDER BY k);
    END IF;
    SELECT * INTO v_now
    FROM store_batch(p_journal, v_cursor.journal_id, v_after, v_missing, p_sequence, p_kind, p_ad_id,
                     p_occurred_at, p_ip, p_playback, p_event_id, p_reject, v_cursor.stored,
                     v_cursor.duplicate, v_cursor.rejected);
    IF v_run.nonce IS NOT NULL THEN
        PERFORM note_stored(v_run, v_cursor.last_sequence, v_after, p_sequence);
    END IF;
    UPDATE ingest_cursor c
    SET last_sequence = greatest(c.last_sequence, v_last), stored = v_now.stored,
        duplicate = v_now.duplicate, rejected = v_now.rejected, stored_at = now()
    WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
CREATE FUNCTION public.lock_key(p_what text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO '$user', 'public'
    RETURN (SELECT hashtextextended(('video-ad-tracker '::text || lock_key.p_what), (pg_namespace.oid)::bigint) AS hashtextextended FROM pg_namespace WHERE (pg_namespace.nspname = "current_schema"()));
CREATE FUNCTION public.lock_run(p_journal uuid, p_run uuid) RETURNS public.ingest_runs
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_run ingest_runs%ROWTYPE;
BEGIN
    LOOP
        SELECT * INTO v_run FROM ingest_runs r
        WHERE r.lane = 0 AND r.journal = p_journal AND r.nonce = p_run FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO ingest_runs (journal, nonce) VALUES (p_journal, p_run) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_run;
END
$$;
CREATE FUNCTION public.maintain() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '500ms'
    AS $$
DECLARE
    v_today date := now()::date;
    v_made integer;
    v_old regclass;
BEGIN
    IF NOT pg_try_advisory_xact_lock(lock_key('maintain')) THEN
        RETURN 0;
    END IF;
    v_made := create_day_partitions('events', 'occurred_at', v_today, 8)
            + create_day_partitions('event_keys', 'day', v_today, 9);
    FOR v_old IN SELECT partition FROM partition_bounds('event_keys') WHERE past <= v_today - 15 LOOP
        BEGIN
            EXECUTE format('DROP TABLE %s', v_old);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            RAISE WARNING 'the old keys of % stay: %', v_old, SQLERRM;
        END;
    END LOOP;
    DELETE FROM event_keys WHERE day < v_today - 400; -- of events that came even later: few
    PERFORM forget_runs(now() - interval '100 days');
    RETURN v_made;
END
$$;
CREATE FUNCTION public.note_stored(p_run public.ingest_runs, p_passed bigint, p_after bigint, p_sequence bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
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
    UPDATE ingest_runs r
    SET last_sequence = greatest(r.last_sequence, p_after, v_last), missing = v_missing, stored_at = now()
    WHERE r.lane = 0 AND r.journal = p_run.journal AND r.nonce = p_run.nonce;
END
$$;
CREATE FUNCTION public.notify_ads_changed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    PERFORM pg_notify('ads_changed_' || oid, '') FROM pg_namespace WHERE nspname = current_schema();
    RETURN NULL;
END
$$;
CREATE FUNCTION public.partition_bounds(p_table text) RETURNS TABLE(partition regclass, first timestamp with time zone, past timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO '$user', 'public'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $_$
BEGIN
    RETURN QUERY
    SELECT p.oid::regclass,
           (CASE bounds[1] WHEN 'MINVALUE' THEN '-infinity' ELSE btrim(bounds[1], '''') END)::timestamptz,
           (CASE bounds[2] WHEN 'MAXVALUE' THEN 'infinity' ELSE btrim(bounds[2], '''') END)::timestamptz
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid,
         regexp_match(pg_get_expr(p.relpartbound, p.oid),
                      '^FOR VALUES FROM [(](.+)[)] TO [(](.+)[)]$') AS bounds
    WHERE i.inhparent = quote_ident(p_table)::regclass AND bounds IS NOT NULL;
END
$_$;
CREATE FUNCTION public.retry_rejected(p_ad_id integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_ids bigint[];
    v_id bigint;
    v_last bigint := 0;
    v_stored bigint := 0;
BEGIN
    LOOP
        v_ids := ARRAY(SELECT e.id FROM rejected_events e
                       WHERE e.id > v_last AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                         AND EXISTS (SELECT FROM ads a WHERE a.id = e.ad_id)
                       ORDER BY e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED);
        EXIT WHEN cardinality(v_ids) = 0;
        v_last := v_ids[cardinality(v_ids)];
        BEGIN
            v_stored := v_stored + store_rejected(v_ids);
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
            FOREACH v_id IN ARRAY v_ids LOOP -- one of them is bad: each by itself
                BEGIN
                    v_stored := v_stored + store_rejected(ARRAY[v_id]);
                EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                    UPDATE rejected_events e SET reason = SQLERRM WHERE e.id = v_id;
                END;
            END LOOP;
        END;
    END LOOP;
    RETURN v_stored;
END
$$;
CREATE FUNCTION public.store_batch(p_journal uuid, p_journal_id integer, p_after bigint, p_missing int8multirange, p_sequence bigint[], p_kind smallint[], p_ad_id integer[], p_occurred_at timestamp with time zone[], p_ip inet[], p_playback integer[], p_event_id text[], p_reject text, INOUT stored bigint[], INOUT duplicate bigint[], INOUT rejected bigint[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_now record;
BEGIN
    -- One statement, so that one snapshot of `ads` decides both whose event_ids are claimed and which
    -- events are stored.
    WITH known AS MATERIALIZED ( -- each ad once, however often a table without a key, or a view, has it
        SELECT DISTINCT a.id FROM ads a WHERE a.id IN (SELECT g.ad_id FROM unnest(p_ad_id) AS g (ad_id))
    ), given AS NOT MATERIALIZED (
        SELECT b.*, v_kinds[b.kind_number + 1] AS kind, k.id IS NOT NULL AS is_known
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback, p_event_id)
             AS b (sequence, kind_number, ad_id, occurred_at, ip, playback, event_id)
        LEFT JOIN known k ON k.id = b.ad_id
        WHERE b.sequence > p_after OR b.sequence <@ p_missing
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(sequence), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(kind), array_agg(event_id))) AS sequence
        FROM given WHERE p_reject IS NULL AND event_id IS NOT NULL AND is_known
        HAVING count(*) > 0
    ), batch AS MATERIALIZED (
        SELECT g.*,
               CASE WHEN p_reject IS NOT NULL THEN 'refused'
                    WHEN NOT g.is_known THEN 'unknown ad'
                    WHEN g.event_id IS NOT NULL AND g.sequence NOT IN (SELECT sequence FROM first)
                    THEN 'duplicate'
                    ELSE 'new' END AS fate
        FROM given g
    ), new_events AS (
        INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
        SELECT occurred_at, ad_id, playback, kind, ip FROM batch WHERE fate = 'new'
    ), new_rejected AS (
        INSERT INTO rejected_events (journal, sequence, kind, ad_id, occurred_at, ip,
                                     video_playback_time, event_id, reason)
        SELECT p_journal, sequence, kind, ad_id, occurred_at, ip, playback, event_id,
               coalesce(p_reject, fate)
        FROM batch WHERE fate IN ('unknown ad', 'refused')
    ), minutes AS (
        SELECT bucket_start('1 minute', occurred_at) AS minute, ad_id, kind, count(*) AS events,
               sum(playback) AS playback_seconds
        FROM batch WHERE fate = 'new' GROUP BY 1, 2, 3
    ), counts AS (
        SELECT array_agg(minute) AS minutes, array_agg(ad_id) AS ad_ids, array_agg(kind) AS kinds,
               array_agg(events) AS events, array_agg(playback_seconds) AS playback_seconds
        FROM minutes
    ), fates AS (
        SELECT kind_number,
               count(*) FILTER (WHERE fate = 'new') AS stored,
               count(*) FILTER (WHERE fate = 'duplicate') AS duplicate,
               count(*) FILTER (WHERE fate = 'unknown ad') AS unknown_ad,
               count(*) FILTER (WHERE fate = 'refused') AS refused
        FROM batch GROUP BY 1
    ), totals AS ( -- an array that is shorter than there are kinds grows
        SELECT array_agg(coalesce(store_batch.stored[k], 0) + coalesce(f.stored, 0) ORDER BY k) AS stored,
               array_agg(coalesce(store_batch.duplicate[k], 0) + coalesce(f.duplicate, 0) ORDER BY k) AS duplicate,
               ARRAY[coalesce(store_batch.rejected[1], 0) + coalesce(sum(f.unknown_ad), 0),
                     coalesce(store_batch.rejected[2], 0) + coalesce(sum(f.refused), 0)]::bigint[] AS rejected
        FROM generate_series(1, cardinality(v_kinds)) AS k LEFT JOIN fates f ON f.kind_number = k - 1
    )
    SELECT * INTO v_now FROM totals CROSS JOIN counts;
    PERFORM add_to_counts(p_journal_id, v_now.minutes, v_now.ad_ids, v_now.kinds, v_now.events,
                          v_now.playback_seconds);
    stored := v_now.stored;
    duplicate := v_now.duplicate;
    rejected := v_now.rejected;
END
$$;
CREATE FUNCTION public.store_rejected(p_ids bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_new record;
BEGIN
    WITH taken AS MATERIALIZED (
        DELETE FROM rejected_events WHERE id = ANY (p_ids) RETURNING *
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(id), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(kind), array_agg(event_id))) AS id
        FROM taken WHERE event_id IS NOT NULL HAVING count(*) > 0
    ), new AS MATERIALIZED (
        SELECT t.* FROM taken t LEFT JOIN first f ON f.id = t.id
        WHERE t.event_id IS NULL OR f.id IS NOT NULL
    ), new_events AS (
        INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
        SELECT occurred_at, ad_id, video_playback_time, kind, ip FROM new
    )
    SELECT count(*) AS count, array_agg(occurred_at) AS times, array_agg(ad_id) AS ad_ids,
           array_agg(kind) AS kinds, array_agg(1::bigint) AS events,
           array_agg(video_playback_time) AS playback_seconds
    INTO v_new FROM new;
    PERFORM add_to_counts(0, v_new.times, v_new.ad_ids, v_new.kinds, v_new.events,
                          v_new.playback_seconds);
    RETURN v_new.count;
END
$$;
CREATE FUNCTION public.view_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
BEGIN
    IF v_at IS NULL THEN -- adopted without a time
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND occurred_at IS NULL;
    ELSE -- one partition is scanned
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND occurred_at = v_at;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM add_to_counts(0, ARRAY[v_at], ARRAY[OLD.ad_id], ARRAY[v_kind], ARRAY[-1],
                          ARRAY[-OLD.video_playback_time::bigint]);
    RETURN OLD;
END
$$;
CREATE FUNCTION public.view_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet := inet_or_null(NEW.ip);
BEGIN
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
    VALUES (NEW.id, v_at, NEW.ad_id, NEW.video_playback_time, v_kind, v_ip,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip THEN NEW.ip END);
    PERFORM add_to_counts(0, ARRAY[v_at], ARRAY[NEW.ad_id], ARRAY[v_kind], ARRAY[1],
                          ARRAY[NEW.video_playback_time]);
    RETURN NEW;
END
$$;
CREATE FUNCTION public.view_reject_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened: rows may be added and deleted, not changed', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END
$$;
CREATE FUNCTION public.whole_buckets(p_width interval, p_from timestamp with time zone, p_to timestamp with time zone, OUT first timestamp with time zone, OUT past timestamp with time zone) RETURNS record
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    first := bucket_start(p_width, p_from + p_width - interval '1 microsecond');
    past := bucket_start(p_width, p_to);
    IF first >= past THEN
        first := p_from;
        past := p_from;
    END IF;
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
CREATE TABLE public.events (
    id bigint NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
)
PARTITION BY RANGE (occurred_at);
ALTER TABLE ONLY public.events REPLICA IDENTITY FULL;
CREATE VIEW public.clicks AS
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    events.video_playback_time
   FROM public.events
  WHERE (events.kind = 'click'::public.event_kind);
CREATE TABLE public.event_counts (
    bucket timestamp with time zone NOT NULL,
    events bigint NOT NULL,
    playback_seconds bigint NOT NULL,
    bucket_seconds integer NOT NULL,
    ad_id integer NOT NULL,
    journal_id integer NOT NULL,
    kind public.event_kind NOT NULL
)
WITH (fillfactor='60', autovacuum_vacuum_scale_factor='0.05');
CREATE TABLE public.event_keys (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
)
PARTITION BY RANGE (day);
CREATE TABLE public.event_keys_20261126 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261127 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261128 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261129 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261130 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261201 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261202 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261203 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20261204 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_default (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 500;
ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;
CREATE TABLE public.events_20261126 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261126 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261127 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261127 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261128 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261128 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261129 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261129 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261130 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261130 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261201 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261201 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261202 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261202 REPLICA IDENTITY FULL;
CREATE TABLE public.events_20261203 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_20261203 REPLICA IDENTITY FULL;
CREATE TABLE public.events_default (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_default REPLICA IDENTITY FULL;
CREATE TABLE public.events_past (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
ALTER TABLE ONLY public.events_past REPLICA IDENTITY FULL;
CREATE VIEW public.impressions AS
 SELECT events.id,
    events.ad_id,
    (events.occurred_at AT TIME ZONE 'UTC'::text) AS "timestamp",
    COALESCE(events.ip_text, host(events.ip)) AS ip,
    events.video_playback_time
   FROM public.events
  WHERE (events.kind = 'impression'::public.event_kind);
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
    untracked_to bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE public.ingest_cursor ALTER COLUMN journal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ingest_cursor_journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.rejected_events (
    id bigint NOT NULL,
    journal uuid NOT NULL,
    sequence bigint NOT NULL,
    kind public.event_kind NOT NULL,
    ad_id integer NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    ip inet,
    video_playback_time integer NOT NULL,
    event_id text,
    reason text NOT NULL,
    rejected_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.rejected_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rejected_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261126 FOR VALUES FROM ('2026-11-26') TO ('2026-11-27');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261127 FOR VALUES FROM ('2026-11-27') TO ('2026-11-28');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261128 FOR VALUES FROM ('2026-11-28') TO ('2026-11-29');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261129 FOR VALUES FROM ('2026-11-29') TO ('2026-11-30');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261130 FOR VALUES FROM ('2026-11-30') TO ('2026-12-01');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261201 FOR VALUES FROM ('2026-12-01') TO ('2026-12-02');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261202 FOR VALUES FROM ('2026-12-02') TO ('2026-12-03');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261203 FOR VALUES FROM ('2026-12-03') TO ('2026-12-04');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20261204 FOR VALUES FROM ('2026-12-04') TO ('2026-12-05');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261130 FOR VALUES FROM ('2026-11-30 00:00:00+00') TO ('2026-12-01 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_past FOR VALUES FROM (MINVALUE) TO ('2026-11-26 00:00:00+00');
ALTER TABLE ONLY public.ads ALTER COLUMN id SET DEFAULT nextval('public.ads_id_seq'::regclass);
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
INSERT INTO public.ads VALUES
	(1, 'https://a.example/1', 'https://b.example/1', NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL),
	(2, 'https://a.example/2', 'https://b.example/2', NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL),
	(3, 'https://a.example/3', 'https://b.example/3', NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL);
INSERT INTO public.event_counts VALUES
	('2025-04-20 05:27:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-20 07:31:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-20 12:52:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-20 13:18:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-20 13:29:00+00', 1, 90000, 60, 2, 1, 'click'),
	('2025-04-20 17:39:00+00', 1, 200, 60, 2, 1, 'impression'),
	('2025-04-20 20:02:00+00', 1, 90000, 60, 1, 1, 'impression'),
	('2025-04-20 22:53:00+00', 1, 90000, 60, 3, 1, 'impression'),
	('2025-04-21 01:57:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-21 07:48:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-21 15:18:00+00', 1, 90000, 60, 2, 1, 'click'),
	('2025-04-21 18:28:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-21 19:05:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-21 20:57:00+00', 1, 2147483647, 60, 1, 1, 'impression'),
	('2025-04-21 23:18:00+00', 1, 2147483647, 60, 2, 1, 'impression'),
	('2025-04-22 05:30:00+00', 1, 2147483647, 60, 1, 1, 'impression'),
	('2025-04-22 06:08:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-22 10:42:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-22 11:17:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-22 11:35:00+00', 1, 200, 60, 1, 1, 'click'),
	('2025-04-22 14:41:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-22 15:16:00+00', 1, 200, 60, 2, 1, 'click'),
	('2025-04-22 15:25:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-22 15:59:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-22 16:41:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-22 17:32:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-22 22:37:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-23 00:07:00+00', 1, 90000, 60, 1, 1, 'impression'),
	('2025-04-23 08:26:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-23 09:39:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-23 12:54:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-24 00:30:00+00', 1, 0, 60, 2, 1, 'impression'),
	('2025-04-24 04:33:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-24 05:33:00+00', 1, 200, 60, 1, 1, 'click'),
	('2025-04-24 08:15:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-24 09:22:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-24 11:29:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-24 12:36:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-24 16:23:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-24 18:33:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-24 19:16:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-24 19:34:00+00', 1, 0, 60, 2, 1, 'impression'),
	('2025-04-25 00:24:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-25 13:22:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-25 15:55:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-25 18:24:00+00', 1, 2147483647, 60, 1, 1, 'impression'),
	('2025-04-25 19:04:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-25 21:46:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-25 22:02:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-20 05:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-20 07:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-20 12:00:00+00', 1, 7, 3600, 3, 1, 'impression'),
	('2025-04-20 13:00:00+00', 1, 90000, 3600, 2, 1, 'click'),
	('2025-04-20 13:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-20 17:00:00+00', 1, 200, 3600, 2, 1, 'impression'),
	('2025-04-20 20:00:00+00', 1, 90000, 3600, 1, 1, 'impression'),
	('2025-04-20 22:00:00+00', 1, 90000, 3600, 3, 1, 'impression'),
	('2025-04-21 01:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-21 07:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-21 15:00:00+00', 1, 90000, 3600, 2, 1, 'click'),
	('2025-04-21 18:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-21 19:00:00+00', 1, 7, 3600, 3, 1, 'impression'),
	('2025-04-21 20:00:00+00', 1, 2147483647, 3600, 1, 1, 'impression'),
	('2025-04-21 23:00:00+00', 1, 2147483647, 3600, 2, 1, 'impression'),
	('2025-04-22 05:00:00+00', 1, 2147483647, 3600, 1, 1, 'impression'),
	('2025-04-22 10:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-22 11:00:00+00', 1, 200, 3600, 1, 1, 'click'),
	('2025-04-22 11:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-22 15:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-22 06:00:00+00', 2, 14, 3600, 3, 1, 'click'),
	('2025-04-22 14:00:00+00', 2, 180000, 3600, 2, 1, 'impression'),
	('2025-04-22 15:00:00+00', 1, 200, 3600, 2, 1, 'click'),
	('2025-04-22 15:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-22 16:00:00+00', 1, 90000, 3600, 2, 1, 'impression'),
	('2025-04-22 17:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-22 22:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-23 08:00:00+00', 1, 90000, 3600, 2, 1, 'impression'),
	('2025-04-23 09:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-23 12:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-24 00:00:00+00', 1, 0, 3600, 2, 1, 'impression'),
	('2025-04-24 04:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-24 05:00:00+00', 1, 200, 3600, 1, 1, 'click'),
	('2025-04-24 08:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-24 09:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-24 11:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-24 12:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-24 16:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-24 18:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-24 19:00:00+00', 1, 0, 3600, 2, 1, 'impression'),
	('2025-04-24 19:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-25 00:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-25 13:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-25 15:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-25 18:00:00+00', 1, 2147483647, 3600, 1, 1, 'impression'),
	('2025-04-25 19:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-25 21:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-25 22:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-20 00:00:00+00', 1, 200, 86400, 2, 1, 'impression'),
	('2025-04-24 00:00:00+00', 2, 0, 86400, 2, 1, 'impression'),
	('2025-04-20 01:48:00+00', 1, 0, 60, 2, 1, 'click'),
	('2025-04-20 02:49:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-20 03:08:00+00', 1, 2147483647, 60, 1, 1, 'click'),
	('2025-04-20 08:33:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-20 08:59:00+00', 1, 90000, 60, 2, 1, 'click'),
	('2025-04-20 18:15:00+00', 1, 90000, 60, 3, 1, 'click'),
	('2025-04-20 19:31:00+00', 1, 90000, 60, 3, 1, 'impression'),
	('2025-04-20 22:18:00+00', 1, 200, 60, 1, 1, 'impression'),
	('2025-04-21 03:05:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-21 03:18:00+00', 1, 7, 60, 1, 1, 'impression'),
	('2025-04-21 04:53:00+00', 1, 0, 60, 2, 1, 'impression'),
	('2025-04-21 09:19:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-21 09:26:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-21 10:30:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-21 10:50:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-21 13:30:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-21 14:03:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-23 00:00:00+00', 2, 90007, 3600, 1, 1, 'impression'),
	('2025-04-20 00:00:00+00', 3, 90200, 86400, 1, 1, 'impression'),
	('2025-04-21 00:00:00+00', 2, 2147483647, 86400, 2, 1, 'impression'),
	('2025-04-22 00:00:00+00', 4, 207, 86400, 3, 1, 'impression'),
	('2025-04-25 00:00:00+00', 2, 7, 86400, 1, 1, 'click'),
	('2025-04-20 00:00:00+00', 4, 180007, 86400, 2, 1, 'click'),
	('2025-04-20 00:00:00+00', 6, 2147573854, 86400, 3, 1, 'click'),
	('2025-04-20 00:00:00+00', 6, 180407, 86400, 3, 1, 'impression'),
	('2025-04-21 00:00:00+00', 3, 2147483854, 86400, 1, 1, 'impression'),
	('2025-04-21 00:00:00+00', 2, 90200, 86400, 2, 1, 'click'),
	('2025-04-21 00:00:00+00', 9, 6442451355, 86400, 3, 1, 'click'),
	('2025-04-21 00:00:00+00', 6, 414, 86400, 3, 1, 'impression'),
	('2025-04-22 00:00:00+00', 5, 2147663847, 86400, 1, 1, 'click'),
	('2025-04-22 00:00:00+00', 4, 2147483654, 86400, 1, 1, 'impression'),
	('2025-04-22 00:00:00+00', 2, 90200, 86400, 2, 1, 'click'),
	('2025-04-22 00:00:00+00', 4, 270200, 86400, 2, 1, 'impression'),
	('2025-04-22 00:00:00+00', 6, 2147484068, 86400, 3, 1, 'click'),
	('2025-04-23 00:00:00+00', 6, 180000, 86400, 1, 1, 'click'),
	('2025-04-23 00:00:00+00', 6, 180021, 86400, 1, 1, 'impression'),
	('2025-04-23 00:00:00+00', 4, 270200, 86400, 2, 1, 'impression'),
	('2025-04-23 00:00:00+00', 7, 90607, 86400, 3, 1, 'impression'),
	('2025-04-24 00:00:00+00', 6, 228, 86400, 1, 1, 'click'),
	('2025-04-24 00:00:00+00', 8, 4294967515, 86400, 3, 1, 'click'),
	('2025-04-24 00:00:00+00', 6, 2147484047, 86400, 3, 1, 'impression'),
	('2025-04-25 00:00:00+00', 4, 2147483847, 86400, 1, 1, 'impression'),
	('2025-04-25 00:00:00+00', 8, 2147573868, 86400, 3, 1, 'click'),
	('2025-04-21 17:30:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-21 20:33:00+00', 1, 200, 60, 1, 1, 'click'),
	('2025-04-21 21:53:00+00', 1, 2147483647, 60, 1, 1, 'click'),
	('2025-04-22 06:19:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-22 06:54:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-22 11:44:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-22 12:29:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-22 19:48:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-23 00:20:00+00', 1, 90000, 60, 3, 1, 'impression'),
	('2025-04-23 00:42:00+00', 1, 7, 60, 1, 1, 'impression'),
	('2025-04-23 03:00:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-23 04:53:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-23 07:29:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-23 11:37:00+00', 1, 2147483647, 60, 2, 1, 'click'),
	('2025-04-23 13:07:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-23 16:05:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-23 17:45:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-23 18:59:00+00', 1, 90000, 60, 3, 1, 'click'),
	('2025-04-23 21:03:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-23 22:00:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-24 02:57:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-24 06:18:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-24 09:32:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-24 18:11:00+00', 1, 7, 60, 2, 1, 'click'),
	('2025-04-24 18:39:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-24 19:05:00+00', 1, 200, 60, 2, 1, 'click'),
	('2025-04-24 19:52:00+00', 1, 200, 60, 1, 1, 'impression'),
	('2025-04-24 22:26:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-25 02:36:00+00', 1, 200, 60, 2, 1, 'impression'),
	('2025-04-25 10:46:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-25 11:15:00+00', 1, 200, 60, 1, 1, 'impression'),
	('2025-04-25 13:49:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-25 17:46:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-25 19:39:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-25 22:09:00+00', 1, 2147483647, 60, 2, 1, 'click'),
	('2025-04-20 01:00:00+00', 1, 0, 3600, 2, 1, 'click'),
	('2025-04-20 02:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-20 03:00:00+00', 1, 2147483647, 3600, 1, 1, 'click'),
	('2025-04-20 08:00:00+00', 1, 90000, 3600, 2, 1, 'click'),
	('2025-04-20 08:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-20 18:00:00+00', 1, 90000, 3600, 3, 1, 'click'),
	('2025-04-20 19:00:00+00', 1, 90000, 3600, 3, 1, 'impression'),
	('2025-04-20 22:00:00+00', 1, 200, 3600, 1, 1, 'impression'),
	('2025-04-21 03:00:00+00', 1, 7, 3600, 1, 1, 'impression'),
	('2025-04-21 03:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-21 04:00:00+00', 1, 0, 3600, 2, 1, 'impression'),
	('2025-04-21 09:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-21 09:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-21 10:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-21 10:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-21 13:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-21 14:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-21 17:00:00+00', 1, 7, 3600, 3, 1, 'impression'),
	('2025-04-21 20:00:00+00', 1, 200, 3600, 1, 1, 'click'),
	('2025-04-21 21:00:00+00', 1, 2147483647, 3600, 1, 1, 'click'),
	('2025-04-22 06:00:00+00', 1, 7, 3600, 3, 1, 'impression'),
	('2025-04-22 11:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-22 12:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-22 19:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-23 00:00:00+00', 1, 90000, 3600, 3, 1, 'impression'),
	('2025-04-23 04:00:00+00', 1, 90000, 3600, 2, 1, 'impression'),
	('2025-04-23 07:00:00+00', 1, 90000, 3600, 2, 1, 'impression'),
	('2025-04-23 11:00:00+00', 1, 2147483647, 3600, 2, 1, 'click'),
	('2025-04-23 13:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-23 17:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-23 18:00:00+00', 1, 90000, 3600, 3, 1, 'click'),
	('2025-04-23 21:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-23 22:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-24 02:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-23 03:00:00+00', 2, 7, 3600, 3, 1, 'impression'),
	('2025-04-23 16:00:00+00', 2, 200, 3600, 3, 1, 'impression'),
	('2025-04-24 06:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-24 09:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-24 18:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-24 18:00:00+00', 1, 7, 3600, 2, 1, 'click'),
	('2025-04-24 19:00:00+00', 1, 200, 3600, 1, 1, 'impression'),
	('2025-04-24 19:00:00+00', 1, 200, 3600, 2, 1, 'click'),
	('2025-04-24 22:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-25 02:00:00+00', 1, 200, 3600, 2, 1, 'impression'),
	('2025-04-25 10:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-25 11:00:00+00', 1, 200, 3600, 1, 1, 'impression'),
	('2025-04-25 13:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-25 17:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-25 19:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-25 22:00:00+00', 1, 2147483647, 3600, 2, 1, 'click'),
	('2025-04-24 00:00:00+00', 2, 207, 86400, 2, 1, 'click'),
	('2025-04-25 00:00:00+00', 1, 2147483647, 86400, 2, 1, 'click'),
	('2025-04-25 00:00:00+00', 1, 200, 86400, 2, 1, 'impression'),
	('2025-04-20 02:41:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-20 05:14:00+00', 1, 7, 60, 2, 1, 'click'),
	('2025-04-20 06:42:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-20 10:36:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-20 11:35:00+00', 1, 200, 60, 1, 1, 'click'),
	('2025-04-20 13:03:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-20 15:10:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-20 23:28:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-20 23:59:00+00', 1, 0, 60, 3, 1, 'click'),
	('2025-04-21 03:11:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-21 04:15:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-21 07:07:00+00', 1, 200, 60, 2, 1, 'click'),
	('2025-04-21 16:15:00+00', 1, 200, 60, 1, 1, 'impression'),
	('2025-04-21 16:58:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-21 18:31:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-21 23:40:00+00', 1, 200, 60, 3, 1, 'click'),
	('2025-04-22 01:14:00+00', 1, 90000, 60, 1, 1, 'click'),
	('2025-04-22 01:54:00+00', 1, 2147483647, 60, 1, 1, 'click'),
	('2025-04-22 02:29:00+00', 1, 90000, 60, 2, 1, 'click'),
	('2025-04-22 04:33:00+00', 1, 200, 60, 2, 1, 'impression'),
	('2025-04-22 06:06:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-22 14:35:00+00', 1, 90000, 60, 2, 1, 'impression'),
	('2025-04-22 16:53:00+00', 1, 7, 60, 1, 1, 'impression'),
	('2025-04-22 20:22:00+00', 1, 2147483647, 60, 3, 1, 'click'),
	('2025-04-23 01:29:00+00', 1, 200, 60, 2, 1, 'impression'),
	('2025-04-23 03:19:00+00', 1, 90000, 60, 1, 1, 'impression'),
	('2025-04-23 03:47:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-23 11:49:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-23 12:48:00+00', 1, 90000, 60, 3, 1, 'click'),
	('2025-04-23 15:30:00+00', 1, 0, 60, 1, 1, 'click'),
	('2025-04-23 16:12:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-23 18:19:00+00', 1, 7, 60, 1, 1, 'impression'),
	('2025-04-23 20:06:00+00', 1, 90000, 60, 3, 1, 'click'),
	('2025-04-23 21:10:00+00', 1, 7, 60, 1, 1, 'impression'),
	('2025-04-23 21:18:00+00', 1, 2147483647, 60, 2, 1, 'click'),
	('2025-04-23 21:46:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-24 06:01:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-24 14:52:00+00', 1, 2147483647, 60, 3, 1, 'impression'),
	('2025-04-24 15:49:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-24 19:45:00+00', 1, 7, 60, 1, 1, 'click'),
	('2025-04-24 20:32:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-24 21:29:00+00', 1, 200, 60, 3, 1, 'impression'),
	('2025-04-24 23:35:00+00', 1, 2147483647, 60, 1, 1, 'impression'),
	('2025-04-25 07:41:00+00', 1, 2147483647, 60, 3, 1, 'impression'),
	('2025-04-25 12:25:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-25 15:55:00+00', 1, 0, 60, 3, 1, 'impression'),
	('2025-04-25 16:32:00+00', 1, 7, 60, 3, 1, 'impression'),
	('2025-04-25 19:50:00+00', 1, 0, 60, 1, 1, 'impression'),
	('2025-04-20 00:00:00+00', 5, 2147573854, 86400, 1, 1, 'click'),
	('2025-04-21 00:00:00+00', 4, 2147663847, 86400, 1, 1, 'click'),
	('2025-04-23 00:00:00+00', 2, 4294967294, 86400, 2, 1, 'click'),
	('2025-04-23 00:00:00+00', 3, 270000, 86400, 3, 1, 'click'),
	('2025-04-24 00:00:00+00', 2, 2147483847, 86400, 1, 1, 'impression'),
	('2025-04-25 00:00:00+00', 5, 2147483854, 86400, 3, 1, 'impression'),
	('2025-04-25 20:11:00+00', 1, 90000, 60, 3, 1, 'click'),
	('2025-04-25 23:49:00+00', 1, 7, 60, 3, 1, 'click'),
	('2025-04-20 02:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-20 05:00:00+00', 1, 7, 3600, 2, 1, 'click'),
	('2025-04-20 06:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-20 10:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-20 11:00:00+00', 1, 200, 3600, 1, 1, 'click'),
	('2025-04-20 13:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-20 15:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-20 23:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-20 23:00:00+00', 1, 0, 3600, 3, 1, 'click'),
	('2025-04-21 03:00:00+00', 1, 90000, 3600, 1, 1, 'click'),
	('2025-04-21 04:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-21 07:00:00+00', 1, 200, 3600, 2, 1, 'click'),
	('2025-04-21 16:00:00+00', 1, 200, 3600, 1, 1, 'impression'),
	('2025-04-21 16:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-21 18:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-21 23:00:00+00', 1, 200, 3600, 3, 1, 'click'),
	('2025-04-22 01:00:00+00', 2, 2147573647, 3600, 1, 1, 'click'),
	('2025-04-22 02:00:00+00', 1, 90000, 3600, 2, 1, 'click'),
	('2025-04-22 04:00:00+00', 1, 200, 3600, 2, 1, 'impression'),
	('2025-04-22 06:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-22 16:00:00+00', 1, 7, 3600, 1, 1, 'impression'),
	('2025-04-22 20:00:00+00', 1, 2147483647, 3600, 3, 1, 'click'),
	('2025-04-23 01:00:00+00', 1, 200, 3600, 2, 1, 'impression'),
	('2025-04-23 03:00:00+00', 1, 90000, 3600, 1, 1, 'impression'),
	('2025-04-23 11:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-23 12:00:00+00', 1, 90000, 3600, 3, 1, 'click'),
	('2025-04-23 15:00:00+00', 1, 0, 3600, 1, 1, 'click'),
	('2025-04-23 18:00:00+00', 1, 7, 3600, 1, 1, 'impression'),
	('2025-04-23 20:00:00+00', 1, 90000, 3600, 3, 1, 'click'),
	('2025-04-23 21:00:00+00', 1, 7, 3600, 1, 1, 'impression'),
	('2025-04-23 21:00:00+00', 1, 2147483647, 3600, 2, 1, 'click'),
	('2025-04-23 21:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-24 06:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-24 14:00:00+00', 1, 2147483647, 3600, 3, 1, 'impression'),
	('2025-04-24 15:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-24 19:00:00+00', 1, 7, 3600, 1, 1, 'click'),
	('2025-04-24 20:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-24 21:00:00+00', 1, 200, 3600, 3, 1, 'impression'),
	('2025-04-24 23:00:00+00', 1, 2147483647, 3600, 1, 1, 'impression'),
	('2025-04-25 07:00:00+00', 1, 2147483647, 3600, 3, 1, 'impression'),
	('2025-04-25 12:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-25 15:00:00+00', 1, 0, 3600, 3, 1, 'impression'),
	('2025-04-25 16:00:00+00', 1, 7, 3600, 3, 1, 'impression'),
	('2025-04-25 19:00:00+00', 1, 0, 3600, 1, 1, 'impression'),
	('2025-04-25 20:00:00+00', 1, 90000, 3600, 3, 1, 'click'),
	('2025-04-25 23:00:00+00', 1, 7, 3600, 3, 1, 'click'),
	('2025-04-20 00:21:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-20 03:00:00+00', 1, 90000, 60, 1, 2, 'impression'),
	('2025-04-20 04:42:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-20 07:27:00+00', 1, 2147483647, 60, 2, 2, 'impression'),
	('2025-04-20 17:33:00+00', 1, 7, 60, 2, 2, 'impression'),
	('2025-04-20 19:25:00+00', 1, 90000, 60, 3, 2, 'impression'),
	('2025-04-20 19:56:00+00', 1, 2147483647, 60, 1, 2, 'click'),
	('2025-04-20 20:35:00+00', 1, 90000, 60, 2, 2, 'click'),
	('2025-04-21 04:05:00+00', 1, 90000, 60, 1, 2, 'click'),
	('2025-04-21 04:45:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-21 11:48:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-21 13:31:00+00', 1, 7, 60, 2, 2, 'click'),
	('2025-04-22 00:31:00+00', 1, 90000, 60, 2, 2, 'click'),
	('2025-04-22 07:51:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-22 08:05:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-22 10:11:00+00', 1, 0, 60, 2, 2, 'impression'),
	('2025-04-22 15:16:00+00', 1, 90000, 60, 3, 2, 'impression'),
	('2025-04-23 01:42:00+00', 1, 7, 60, 2, 2, 'click'),
	('2025-04-23 07:21:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-23 14:58:00+00', 1, 90000, 60, 1, 2, 'impression'),
	('2025-04-23 15:16:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-23 15:28:00+00', 1, 90000, 60, 3, 2, 'impression'),
	('2025-04-23 16:12:00+00', 1, 0, 60, 2, 2, 'click'),
	('2025-04-23 17:42:00+00', 1, 90000, 60, 1, 2, 'impression'),
	('2025-04-23 19:38:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-23 20:29:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-23 21:04:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-24 07:41:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-24 14:08:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-24 15:54:00+00', 1, 200, 60, 2, 2, 'impression'),
	('2025-04-24 21:16:00+00', 1, 2147483647, 60, 2, 2, 'impression'),
	('2025-04-25 04:23:00+00', 1, 0, 60, 2, 2, 'click'),
	('2025-04-25 05:23:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-25 07:36:00+00', 1, 90000, 60, 1, 2, 'click'),
	('2025-04-25 13:24:00+00', 1, 200, 60, 1, 2, 'click'),
	('2025-04-25 14:21:00+00', 1, 200, 60, 1, 2, 'click'),
	('2025-04-25 15:06:00+00', 1, 0, 60, 1, 2, 'click'),
	('2025-04-25 15:33:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-25 19:43:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-20 00:00:00+00', 1, 90000, 3600, 3, 2, 'click'),
	('2025-04-20 03:00:00+00', 1, 90000, 3600, 1, 2, 'impression'),
	('2025-04-20 04:00:00+00', 1, 200, 3600, 3, 2, 'impression'),
	('2025-04-20 07:00:00+00', 1, 2147483647, 3600, 2, 2, 'impression'),
	('2025-04-20 17:00:00+00', 1, 7, 3600, 2, 2, 'impression'),
	('2025-04-20 19:00:00+00', 1, 2147483647, 3600, 1, 2, 'click'),
	('2025-04-20 19:00:00+00', 1, 90000, 3600, 3, 2, 'impression'),
	('2025-04-20 20:00:00+00', 1, 90000, 3600, 2, 2, 'click'),
	('2025-04-21 04:00:00+00', 1, 90000, 3600, 1, 2, 'click'),
	('2025-04-21 04:00:00+00', 1, 90000, 3600, 3, 2, 'click'),
	('2025-04-21 11:00:00+00', 1, 2147483647, 3600, 3, 2, 'click'),
	('2025-04-21 13:00:00+00', 1, 7, 3600, 2, 2, 'click'),
	('2025-04-22 00:00:00+00', 1, 90000, 3600, 2, 2, 'click'),
	('2025-04-22 07:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-22 08:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-22 10:00:00+00', 1, 0, 3600, 2, 2, 'impression'),
	('2025-04-22 15:00:00+00', 1, 90000, 3600, 3, 2, 'impression'),
	('2025-04-23 01:00:00+00', 1, 7, 3600, 2, 2, 'click'),
	('2025-04-23 07:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-23 14:00:00+00', 1, 90000, 3600, 1, 2, 'impression'),
	('2025-04-23 15:00:00+00', 1, 7, 3600, 3, 2, 'click'),
	('2025-04-23 15:00:00+00', 1, 90000, 3600, 3, 2, 'impression'),
	('2025-04-23 16:00:00+00', 1, 0, 3600, 2, 2, 'click'),
	('2025-04-23 17:00:00+00', 1, 90000, 3600, 1, 2, 'impression'),
	('2025-04-23 20:00:00+00', 1, 7, 3600, 3, 2, 'click'),
	('2025-04-23 21:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-24 07:00:00+00', 1, 7, 3600, 3, 2, 'click'),
	('2025-04-24 14:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-24 15:00:00+00', 1, 200, 3600, 2, 2, 'impression'),
	('2025-04-24 21:00:00+00', 1, 2147483647, 3600, 2, 2, 'impression'),
	('2025-04-25 04:00:00+00', 1, 0, 3600, 2, 2, 'click'),
	('2025-04-25 07:00:00+00', 1, 90000, 3600, 1, 2, 'click'),
	('2025-04-25 13:00:00+00', 1, 200, 3600, 1, 2, 'click'),
	('2025-04-25 15:00:00+00', 1, 0, 3600, 1, 2, 'click'),
	('2025-04-25 19:00:00+00', 1, 2147483647, 3600, 3, 2, 'click'),
	('2025-04-20 00:00:00+00', 1, 2147483647, 86400, 1, 2, 'click'),
	('2025-04-20 00:00:00+00', 1, 90000, 86400, 2, 2, 'click'),
	('2025-04-23 19:00:00+00', 2, 400, 3600, 3, 2, 'impression'),
	('2025-04-25 05:00:00+00', 2, 90200, 3600, 3, 2, 'click'),
	('2025-04-25 14:00:00+00', 2, 207, 3600, 1, 2, 'click'),
	('2025-04-25 15:00:00+00', 2, 207, 3600, 3, 2, 'click'),
	('2025-04-22 00:00:00+00', 3, 90400, 86400, 2, 2, 'click'),
	('2025-04-22 00:00:00+00', 4, 2147573647, 86400, 3, 2, 'click'),
	('2025-04-20 00:00:00+00', 2, 90007, 86400, 1, 2, 'impression'),
	('2025-04-20 00:00:00+00', 4, 2147573661, 86400, 2, 2, 'impression'),
	('2025-04-20 00:00:00+00', 5, 270200, 86400, 3, 2, 'click'),
	('2025-04-20 00:00:00+00', 5, 90400, 86400, 3, 2, 'impression'),
	('2025-04-21 00:00:00+00', 2, 90200, 86400, 1, 2, 'click'),
	('2025-04-21 00:00:00+00', 3, 7, 86400, 2, 2, 'click'),
	('2025-04-21 00:00:00+00', 7, 2147574061, 86400, 3, 2, 'click'),
	('2025-04-22 00:00:00+00', 5, 270000, 86400, 2, 2, 'impression'),
	('2025-04-22 00:00:00+00', 4, 2147573654, 86400, 3, 2, 'impression'),
	('2025-04-23 00:00:00+00', 4, 2147663847, 86400, 1, 2, 'impression'),
	('2025-04-23 00:00:00+00', 7, 4295147301, 86400, 2, 2, 'click'),
	('2025-04-23 00:00:00+00', 3, 14, 86400, 3, 2, 'click'),
	('2025-04-20 06:05:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-20 11:21:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-20 22:29:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-21 00:42:00+00', 1, 0, 60, 2, 2, 'click'),
	('2025-04-21 02:06:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-21 05:26:00+00', 1, 7, 60, 1, 2, 'impression'),
	('2025-04-21 05:47:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-21 15:06:00+00', 1, 0, 60, 2, 2, 'impression'),
	('2025-04-21 21:46:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-21 22:25:00+00', 1, 0, 60, 1, 2, 'impression'),
	('2025-04-21 22:43:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-21 22:59:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-22 04:16:00+00', 1, 200, 60, 2, 2, 'click'),
	('2025-04-22 07:32:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-22 07:40:00+00', 1, 7, 60, 3, 2, 'impression'),
	('2025-04-22 11:58:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-22 13:14:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-22 13:55:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-22 17:16:00+00', 1, 200, 60, 2, 2, 'click'),
	('2025-04-22 22:04:00+00', 1, 0, 60, 2, 2, 'impression'),
	('2025-04-23 02:25:00+00', 1, 2147483647, 60, 2, 2, 'click'),
	('2025-04-23 02:37:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-23 05:29:00+00', 1, 200, 60, 2, 2, 'impression'),
	('2025-04-23 06:11:00+00', 1, 200, 60, 1, 2, 'click'),
	('2025-04-23 07:21:00+00', 1, 200, 60, 1, 2, 'impression'),
	('2025-04-23 08:45:00+00', 1, 0, 60, 2, 2, 'click'),
	('2025-04-23 14:27:00+00', 1, 0, 60, 1, 2, 'click'),
	('2025-04-23 15:40:00+00', 1, 2147483647, 60, 2, 2, 'click'),
	('2025-04-23 15:53:00+00', 1, 90000, 60, 2, 2, 'click'),
	('2025-04-23 19:08:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-23 22:31:00+00', 1, 7, 60, 1, 2, 'click'),
	('2025-04-24 02:08:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-24 02:28:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-24 02:38:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-24 03:21:00+00', 1, 7, 60, 2, 2, 'impression'),
	('2025-04-24 06:00:00+00', 1, 0, 60, 1, 2, 'click'),
	('2025-04-24 09:11:00+00', 1, 2147483647, 60, 2, 2, 'impression'),
	('2025-04-24 10:44:00+00', 1, 90000, 60, 3, 2, 'impression'),
	('2025-04-24 19:24:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-24 19:40:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-24 20:38:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-25 02:08:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-25 05:04:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-25 12:52:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-25 14:35:00+00', 1, 7, 60, 1, 2, 'click'),
	('2025-04-25 15:32:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-25 18:31:00+00', 1, 2147483647, 60, 1, 2, 'impression'),
	('2025-04-25 18:46:00+00', 1, 2147483647, 60, 3, 2, 'click'),
	('2025-04-25 20:55:00+00', 1, 0, 60, 2, 2, 'impression'),
	('2025-04-25 21:59:00+00', 1, 90000, 60, 1, 2, 'impression'),
	('2025-04-20 06:00:00+00', 1, 200, 3600, 3, 2, 'click'),
	('2025-04-20 11:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-20 22:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-21 00:00:00+00', 1, 0, 3600, 2, 2, 'click'),
	('2025-04-21 02:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-21 05:00:00+00', 1, 7, 3600, 1, 2, 'impression'),
	('2025-04-21 05:00:00+00', 1, 200, 3600, 3, 2, 'click'),
	('2025-04-21 15:00:00+00', 1, 0, 3600, 2, 2, 'impression'),
	('2025-04-21 21:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-21 22:00:00+00', 1, 0, 3600, 1, 2, 'impression'),
	('2025-04-22 04:00:00+00', 1, 200, 3600, 2, 2, 'click'),
	('2025-04-22 07:00:00+00', 2, 2147483654, 3600, 3, 2, 'impression'),
	('2025-04-22 11:00:00+00', 1, 2147483647, 3600, 3, 2, 'click'),
	('2025-04-22 13:00:00+00', 1, 90000, 3600, 2, 2, 'impression'),
	('2025-04-24 00:00:00+00', 5, 4294967308, 86400, 3, 2, 'click'),
	('2025-04-21 22:00:00+00', 3, 214, 3600, 3, 2, 'click'),
	('2025-04-23 00:00:00+00', 8, 4295057901, 86400, 3, 2, 'impression'),
	('2025-04-24 00:00:00+00', 8, 4295147508, 86400, 2, 2, 'impression'),
	('2025-04-25 00:00:00+00', 6, 90407, 86400, 1, 2, 'click'),
	('2025-04-25 00:00:00+00', 3, 4294967294, 86400, 2, 2, 'click'),
	('2025-04-25 00:00:00+00', 8, 4295057901, 86400, 3, 2, 'click'),
	('2025-04-22 13:00:00+00', 1, 90000, 3600, 3, 2, 'click'),
	('2025-04-22 17:00:00+00', 1, 200, 3600, 2, 2, 'click'),
	('2025-04-22 22:00:00+00', 1, 0, 3600, 2, 2, 'impression');
INSERT INTO public.event_counts VALUES
	('2025-04-23 02:00:00+00', 1, 2147483647, 3600, 2, 2, 'click'),
	('2025-04-23 05:00:00+00', 1, 200, 3600, 2, 2, 'impression'),
	('2025-04-23 06:00:00+00', 1, 200, 3600, 1, 2, 'click'),
	('2025-04-23 07:00:00+00', 1, 200, 3600, 1, 2, 'impression'),
	('2025-04-23 08:00:00+00', 1, 0, 3600, 2, 2, 'click'),
	('2025-04-23 14:00:00+00', 1, 0, 3600, 1, 2, 'click'),
	('2025-04-23 15:00:00+00', 2, 2147573647, 3600, 2, 2, 'click'),
	('2025-04-23 22:00:00+00', 1, 7, 3600, 1, 2, 'click'),
	('2025-04-24 02:00:00+00', 2, 4294967294, 3600, 3, 2, 'click'),
	('2025-04-24 03:00:00+00', 1, 7, 3600, 2, 2, 'impression'),
	('2025-04-24 06:00:00+00', 1, 0, 3600, 1, 2, 'click'),
	('2025-04-24 09:00:00+00', 1, 2147483647, 3600, 2, 2, 'impression'),
	('2025-04-24 10:00:00+00', 1, 90000, 3600, 3, 2, 'impression'),
	('2025-04-24 19:00:00+00', 1, 7, 3600, 3, 2, 'click'),
	('2025-04-24 20:00:00+00', 1, 90000, 3600, 2, 2, 'impression'),
	('2025-04-25 02:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-25 12:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-25 18:00:00+00', 1, 2147483647, 3600, 1, 2, 'impression'),
	('2025-04-25 18:00:00+00', 1, 2147483647, 3600, 3, 2, 'click'),
	('2025-04-25 20:00:00+00', 1, 0, 3600, 2, 2, 'impression'),
	('2025-04-25 21:00:00+00', 1, 90000, 3600, 1, 2, 'impression'),
	('2025-04-21 00:00:00+00', 1, 0, 86400, 2, 2, 'impression'),
	('2025-04-23 00:00:00+00', 3, 207, 86400, 1, 2, 'click'),
	('2025-04-23 00:00:00+00', 1, 200, 86400, 2, 2, 'impression'),
	('2025-04-25 00:00:00+00', 2, 2147573647, 86400, 1, 2, 'impression'),
	('2025-04-20 04:07:00+00', 1, 7, 60, 1, 2, 'impression'),
	('2025-04-20 12:53:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-20 13:34:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-20 17:10:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-20 17:25:00+00', 1, 90000, 60, 3, 2, 'click'),
	('2025-04-20 21:27:00+00', 1, 7, 60, 2, 2, 'impression'),
	('2025-04-20 21:37:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-21 01:01:00+00', 1, 0, 60, 1, 2, 'impression'),
	('2025-04-21 05:31:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-21 09:23:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-21 12:04:00+00', 1, 7, 60, 1, 2, 'impression'),
	('2025-04-21 17:24:00+00', 1, 90000, 60, 1, 2, 'impression'),
	('2025-04-21 18:30:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-21 21:59:00+00', 1, 0, 60, 2, 2, 'click'),
	('2025-04-21 22:02:00+00', 1, 7, 60, 3, 2, 'click'),
	('2025-04-21 22:12:00+00', 1, 200, 60, 1, 2, 'click'),
	('2025-04-22 02:07:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-22 08:49:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-22 09:49:00+00', 1, 2147483647, 60, 1, 2, 'impression'),
	('2025-04-22 11:23:00+00', 1, 200, 60, 1, 2, 'impression'),
	('2025-04-22 13:16:00+00', 1, 200, 60, 1, 2, 'click'),
	('2025-04-22 23:28:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-23 01:19:00+00', 1, 2147483647, 60, 1, 2, 'impression'),
	('2025-04-23 02:18:00+00', 1, 7, 60, 3, 2, 'impression'),
	('2025-04-23 05:29:00+00', 1, 2147483647, 60, 3, 2, 'impression'),
	('2025-04-23 19:34:00+00', 1, 0, 60, 3, 2, 'click'),
	('2025-04-23 22:15:00+00', 1, 90000, 60, 2, 2, 'click'),
	('2025-04-24 02:02:00+00', 1, 7, 60, 2, 2, 'impression'),
	('2025-04-24 03:03:00+00', 1, 7, 60, 1, 2, 'click'),
	('2025-04-24 06:41:00+00', 1, 0, 60, 2, 2, 'impression'),
	('2025-04-24 08:01:00+00', 1, 200, 60, 3, 2, 'impression'),
	('2025-04-24 11:56:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-24 19:14:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-25 01:47:00+00', 1, 2147483647, 60, 2, 2, 'click'),
	('2025-04-23 02:00:00+00', 2, 207, 3600, 3, 2, 'impression'),
	('2025-04-24 02:00:00+00', 2, 90007, 3600, 2, 2, 'impression'),
	('2025-04-24 19:00:00+00', 2, 0, 3600, 3, 2, 'impression'),
	('2025-04-21 00:00:00+00', 5, 90014, 86400, 1, 2, 'impression'),
	('2025-04-21 00:00:00+00', 4, 6442450941, 86400, 3, 2, 'impression'),
	('2025-04-24 00:00:00+00', 2, 7, 86400, 1, 2, 'click'),
	('2025-04-24 00:00:00+00', 5, 90200, 86400, 3, 2, 'impression'),
	('2025-04-25 00:00:00+00', 3, 2147573647, 86400, 2, 2, 'impression'),
	('2025-04-25 00:00:00+00', 2, 2147483647, 86400, 3, 2, 'impression'),
	('2025-04-25 05:14:00+00', 1, 90000, 60, 2, 2, 'impression'),
	('2025-04-25 06:10:00+00', 1, 2147483647, 60, 2, 2, 'click'),
	('2025-04-25 08:36:00+00', 1, 2147483647, 60, 2, 2, 'impression'),
	('2025-04-25 15:06:00+00', 1, 0, 60, 3, 2, 'impression'),
	('2025-04-25 16:21:00+00', 1, 0, 60, 1, 2, 'click'),
	('2025-04-25 17:41:00+00', 1, 200, 60, 3, 2, 'click'),
	('2025-04-20 04:00:00+00', 1, 7, 3600, 1, 2, 'impression'),
	('2025-04-20 12:00:00+00', 1, 90000, 3600, 3, 2, 'click'),
	('2025-04-20 13:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-20 17:00:00+00', 1, 90000, 3600, 3, 2, 'click'),
	('2025-04-20 17:00:00+00', 1, 200, 3600, 3, 2, 'impression'),
	('2025-04-20 21:00:00+00', 2, 90007, 3600, 2, 2, 'impression'),
	('2025-04-21 01:00:00+00', 1, 0, 3600, 1, 2, 'impression'),
	('2025-04-21 05:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-21 09:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-21 12:00:00+00', 1, 7, 3600, 1, 2, 'impression'),
	('2025-04-21 17:00:00+00', 1, 90000, 3600, 1, 2, 'impression'),
	('2025-04-21 18:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-21 21:00:00+00', 1, 0, 3600, 2, 2, 'click'),
	('2025-04-21 22:00:00+00', 1, 200, 3600, 1, 2, 'click'),
	('2025-04-22 02:00:00+00', 1, 90000, 3600, 2, 2, 'impression'),
	('2025-04-22 08:00:00+00', 1, 90000, 3600, 2, 2, 'impression'),
	('2025-04-22 09:00:00+00', 1, 2147483647, 3600, 1, 2, 'impression'),
	('2025-04-22 11:00:00+00', 1, 200, 3600, 1, 2, 'impression'),
	('2025-04-22 13:00:00+00', 1, 200, 3600, 1, 2, 'click'),
	('2025-04-22 23:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-23 01:00:00+00', 1, 2147483647, 3600, 1, 2, 'impression'),
	('2025-04-23 05:00:00+00', 1, 2147483647, 3600, 3, 2, 'impression'),
	('2025-04-23 19:00:00+00', 1, 0, 3600, 3, 2, 'click'),
	('2025-04-23 22:00:00+00', 1, 90000, 3600, 2, 2, 'click'),
	('2025-04-24 03:00:00+00', 1, 7, 3600, 1, 2, 'click'),
	('2025-04-24 06:00:00+00', 1, 0, 3600, 2, 2, 'impression'),
	('2025-04-24 08:00:00+00', 1, 200, 3600, 3, 2, 'impression'),
	('2025-04-24 11:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-25 01:00:00+00', 1, 2147483647, 3600, 2, 2, 'click'),
	('2025-04-25 05:00:00+00', 1, 90000, 3600, 2, 2, 'impression'),
	('2025-04-25 06:00:00+00', 1, 2147483647, 3600, 2, 2, 'click'),
	('2025-04-25 08:00:00+00', 1, 2147483647, 3600, 2, 2, 'impression'),
	('2025-04-25 15:00:00+00', 1, 0, 3600, 3, 2, 'impression'),
	('2025-04-25 16:00:00+00', 1, 0, 3600, 1, 2, 'click'),
	('2025-04-25 17:00:00+00', 1, 200, 3600, 3, 2, 'click'),
	('2025-04-22 00:00:00+00', 1, 200, 86400, 1, 2, 'click'),
	('2025-04-22 00:00:00+00', 2, 2147483847, 86400, 1, 2, 'impression'),
	('2025-04-20 10:00:00+00', 1, -2147483647, 60, 1, 0, 'click'),
	('2025-04-20 10:00:00+00', 1, -2147483647, 3600, 1, 0, 'click'),
	('2025-04-20 00:00:00+00', 1, -2147483647, 86400, 1, 0, 'click'),
	('2025-04-21 10:00:00+00', 1, 0, 60, 0, 0, 'click'),
	('2025-04-21 10:00:00+00', 1, 0, 3600, 0, 0, 'click'),
	('2025-04-21 00:00:00+00', 1, 0, 86400, 0, 0, 'click'),
	('2026-11-26 10:56:00+00', 1, 7, 60, 1, 0, 'click'),
	('2026-11-26 10:00:00+00', 1, 7, 3600, 1, 0, 'click'),
	('2026-11-26 00:00:00+00', 1, 7, 86400, 1, 0, 'click');
INSERT INTO public.event_keys_default VALUES
	('2025-04-20', 1, 'impression', '019656aa-0007-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'click', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'impression', '019656aa-0007-7abc-9def-0123456789ab'),
	('2025-04-21', 2, 'click', 'id40'),
	('2025-04-21', 2, 'impression', 'id56'),
	('2025-04-21', 3, 'click', '019656aa-001f-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'click', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'impression', 'id38'),
	('2025-04-21', 3, 'impression', 'id57'),
	('2025-04-22', 1, 'click', '019656aa-0013-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'click', 'id40'),
	('2025-04-22', 2, 'impression', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'impression', 'id41'),
	('2025-04-22', 2, 'impression', 'id56'),
	('2025-04-22', 3, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'click', '019656aa-001f-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'click', '019656aa-0026-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'impression', '019656aa-0008-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'impression', 'id38'),
	('2025-04-22', 3, 'impression', 'id57'),
	('2025-04-23', 1, 'click', '019656aa-0013-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'impression', '019656aa-0017-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'impression', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'impression', 'id41'),
	('2025-04-23', 2, 'impression', 'id48'),
	('2025-04-23', 3, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'click', '019656aa-0026-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'impression', '019656aa-0008-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'impression', 'id35'),
	('2025-04-24', 1, 'click', '019656aa-0027-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'impression', '019656aa-0017-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'impression', 'id18'),
	('2025-04-24', 2, 'impression', 'id48'),
	('2025-04-24', 3, 'click', 'id4'),
	('2025-04-24', 3, 'click', 'id55'),
	('2025-04-24', 3, 'impression', 'id34'),
	('2025-04-24', 3, 'impression', 'id35'),
	('2025-04-25', 1, 'click', '019656aa-0027-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'click', 'id41'),
	('2025-04-25', 2, 'impression', 'id18'),
	('2025-04-25', 3, 'click', 'id30'),
	('2025-04-25', 3, 'click', 'id39'),
	('2025-04-25', 3, 'click', 'id4'),
	('2025-04-25', 3, 'click', 'id41'),
	('2025-04-25', 3, 'click', 'id55'),
	('2025-04-25', 3, 'impression', 'id34'),
	('2025-04-26', 1, 'click', 'id41'),
	('2025-04-26', 3, 'click', 'id30'),
	('2025-04-26', 3, 'click', 'id39'),
	('2025-04-26', 3, 'click', 'id41'),
	('2025-04-20', 1, 'click', 'id5'),
	('2025-04-20', 2, 'click', 'id1'),
	('2025-04-20', 3, 'click', '019656aa-0025-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'impression', 'id46'),
	('2025-04-21', 1, 'click', 'id1'),
	('2025-04-21', 1, 'click', 'id3'),
	('2025-04-21', 1, 'click', 'id5'),
	('2025-04-21', 1, 'impression', 'id30'),
	('2025-04-21', 2, 'click', 'id1'),
	('2025-04-21', 2, 'impression', 'id51'),
	('2025-04-21', 3, 'click', '019656aa-0025-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'click', 'id15'),
	('2025-04-21', 3, 'impression', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'impression', 'id23'),
	('2025-04-21', 3, 'impression', 'id46'),
	('2025-04-21', 3, 'impression', 'id5'),
	('2025-04-22', 1, 'click', 'id1'),
	('2025-04-22', 1, 'click', 'id3'),
	('2025-04-22', 1, 'impression', 'id30'),
	('2025-04-22', 2, 'impression', 'id51'),
	('2025-04-22', 3, 'click', 'id15'),
	('2025-04-22', 3, 'click', 'id26'),
	('2025-04-22', 3, 'impression', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'impression', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'impression', 'id23'),
	('2025-04-22', 3, 'impression', 'id43'),
	('2025-04-22', 3, 'impression', 'id5'),
	('2025-04-23', 1, 'click', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'click', 'id0'),
	('2025-04-23', 1, 'click', 'id42'),
	('2025-04-23', 1, 'impression', 'id53'),
	('2025-04-23', 2, 'click', 'id59'),
	('2025-04-23', 2, 'impression', 'id20'),
	('2025-04-23', 3, 'click', 'id26'),
	('2025-04-23', 3, 'click', 'id6'),
	('2025-04-23', 3, 'impression', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'impression', 'id20'),
	('2025-04-23', 3, 'impression', 'id27'),
	('2025-04-23', 3, 'impression', 'id43'),
	('2025-04-23', 3, 'impression', 'id51'),
	('2025-04-24', 1, 'click', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'click', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'click', 'id0'),
	('2025-04-24', 1, 'click', 'id21'),
	('2025-04-24', 1, 'click', 'id42'),
	('2025-04-24', 1, 'impression', '019656aa-000b-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'impression', 'id53'),
	('2025-04-24', 2, 'click', 'id59'),
	('2025-04-24', 2, 'impression', 'id20'),
	('2025-04-24', 3, 'click', 'id6'),
	('2025-04-24', 3, 'impression', 'id20'),
	('2025-04-24', 3, 'impression', 'id27'),
	('2025-04-24', 3, 'impression', 'id51'),
	('2025-04-25', 1, 'click', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'click', 'id21'),
	('2025-04-25', 1, 'click', 'id52'),
	('2025-04-25', 1, 'impression', '019656aa-000b-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'impression', '019656aa-0027-7abc-9def-0123456789ab'),
	('2025-04-25', 2, 'click', '019656aa-0006-7abc-9def-0123456789ab'),
	('2025-04-25', 2, 'impression', '019656aa-0009-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'click', '019656aa-001d-7abc-9def-0123456789ab'),
	('2025-04-26', 1, 'click', 'id52'),
	('2025-04-26', 1, 'impression', '019656aa-0027-7abc-9def-0123456789ab'),
	('2025-04-26', 2, 'click', '019656aa-0006-7abc-9def-0123456789ab'),
	('2025-04-26', 2, 'impression', '019656aa-0009-7abc-9def-0123456789ab'),
	('2025-04-26', 3, 'click', '019656aa-001d-7abc-9def-0123456789ab'),
	('2025-04-20', 1, 'click', 'id18'),
	('2025-04-20', 1, 'click', 'id59'),
	('2025-04-20', 2, 'click', 'id22'),
	('2025-04-20', 3, 'click', '019656aa-0024-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'impression', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'impression', 'id32'),
	('2025-04-21', 1, 'click', 'id18'),
	('2025-04-21', 1, 'click', 'id21'),
	('2025-04-21', 1, 'click', 'id59'),
	('2025-04-21', 1, 'impression', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-21', 2, 'click', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-21', 2, 'click', 'id22'),
	('2025-04-21', 3, 'click', '019656aa-0024-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'click', 'id37'),
	('2025-04-21', 3, 'click', 'id53'),
	('2025-04-21', 3, 'click', 'id9'),
	('2025-04-21', 3, 'impression', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'impression', 'id32'),
	('2025-04-22', 1, 'click', '019656aa-000a-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'click', 'id21'),
	('2025-04-22', 1, 'click', 'id40'),
	('2025-04-22', 1, 'impression', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'impression', 'id6'),
	('2025-04-22', 2, 'click', '019656aa-0005-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'click', 'id44'),
	('2025-04-22', 3, 'click', 'id37'),
	('2025-04-22', 3, 'click', 'id53'),
	('2025-04-22', 3, 'click', 'id9'),
	('2025-04-23', 1, 'click', '019656aa-000a-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'click', 'id40'),
	('2025-04-23', 1, 'click', 'id6'),
	('2025-04-23', 1, 'impression', '019656aa-0001-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'impression', 'id23'),
	('2025-04-23', 1, 'impression', 'id6'),
	('2025-04-23', 2, 'click', 'id34'),
	('2025-04-23', 2, 'click', 'id44'),
	('2025-04-23', 3, 'click', 'id34'),
	('2025-04-23', 3, 'impression', 'id33'),
	('2025-04-23', 3, 'impression', 'id4'),
	('2025-04-24', 1, 'click', '019656aa-0026-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'click', 'id6'),
	('2025-04-24', 1, 'impression', '019656aa-0001-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'impression', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'impression', 'id23'),
	('2025-04-24', 2, 'click', 'id34'),
	('2025-04-24', 3, 'click', 'id34'),
	('2025-04-24', 3, 'impression', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-24', 3, 'impression', 'id33'),
	('2025-04-24', 3, 'impression', 'id4'),
	('2025-04-24', 3, 'impression', 'id41'),
	('2025-04-25', 1, 'click', '019656aa-0026-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'impression', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'impression', 'id42'),
	('2025-04-25', 3, 'click', 'id0'),
	('2025-04-25', 3, 'impression', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'impression', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'impression', 'id28'),
	('2025-04-25', 3, 'impression', 'id41'),
	('2025-04-25', 3, 'impression', 'id46'),
	('2025-04-26', 1, 'impression', 'id42'),
	('2025-04-26', 3, 'click', 'id0'),
	('2025-04-26', 3, 'impression', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-26', 3, 'impression', 'id28'),
	('2025-04-26', 3, 'impression', 'id46'),
	('2025-04-20', 1, 'click', 'id25'),
	('2025-04-20', 1, 'impression', '019656aa-000a-7abc-9def-0123456789ab'),
	('2025-04-20', 2, 'click', 'id20'),
	('2025-04-20', 2, 'impression', 'id44'),
	('2025-04-20', 3, 'click', 'id17'),
	('2025-04-20', 3, 'impression', '019656aa-0002-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'impression', '019656aa-0007-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'click', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'click', 'id25'),
	('2025-04-21', 1, 'impression', '019656aa-000a-7abc-9def-0123456789ab'),
	('2025-04-21', 2, 'click', 'id20'),
	('2025-04-21', 2, 'impression', 'id44'),
	('2025-04-21', 3, 'click', 'id17'),
	('2025-04-21', 3, 'click', 'id27'),
	('2025-04-21', 3, 'impression', '019656aa-0002-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'impression', '019656aa-0007-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'click', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'click', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-22', 3, 'click', 'id12'),
	('2025-04-22', 3, 'click', 'id27'),
	('2025-04-22', 3, 'click', 'id50'),
	('2025-04-23', 1, 'impression', '019656aa-000e-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'click', '019656aa-0019-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'click', '019656aa-001b-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'click', '019656aa-0012-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'click', 'id12'),
	('2025-04-23', 3, 'click', 'id50'),
	('2025-04-24', 1, 'impression', '019656aa-000e-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'click', '019656aa-0019-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'impression', 'id28'),
	('2025-04-24', 3, 'click', '019656aa-0012-7abc-9def-0123456789ab'),
	('2025-04-24', 3, 'click', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-24', 3, 'click', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'click', 'id1'),
	('2025-04-25', 1, 'click', 'id48'),
	('2025-04-25', 2, 'click', 'id41'),
	('2025-04-25', 2, 'impression', 'id28'),
	('2025-04-25', 3, 'click', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'click', '019656aa-001f-7abc-9def-0123456789ab'),
	('2025-04-26', 1, 'click', 'id1'),
	('2025-04-26', 1, 'click', 'id48'),
	('2025-04-26', 2, 'click', 'id41'),
	('2025-04-26', 3, 'click', '019656aa-001f-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'click', 'id1'),
	('2025-04-20', 3, 'click', 'id55'),
	('2025-04-21', 1, 'impression', '019656aa-0011-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'impression', 'id34'),
	('2025-04-21', 2, 'impression', 'id25'),
	('2025-04-21', 3, 'click', 'id1'),
	('2025-04-21', 3, 'click', 'id23'),
	('2025-04-21', 3, 'click', 'id55'),
	('2025-04-21', 3, 'impression', 'id18'),
	('2025-04-22', 1, 'impression', '019656aa-0011-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'impression', 'id34'),
	('2025-04-22', 2, 'impression', 'id25'),
	('2025-04-22', 2, 'impression', 'id28'),
	('2025-04-22', 3, 'click', 'id23'),
	('2025-04-22', 3, 'click', 'id59'),
	('2025-04-22', 3, 'impression', 'id18'),
	('2025-04-22', 3, 'impression', 'id19'),
	('2025-04-22', 3, 'impression', 'id6'),
	('2025-04-23', 1, 'click', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'click', 'id50'),
	('2025-04-23', 2, 'click', '019656aa-0016-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'click', 'id55'),
	('2025-04-23', 2, 'impression', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'impression', 'id28'),
	('2025-04-23', 3, 'click', 'id53'),
	('2025-04-23', 3, 'click', 'id59'),
	('2025-04-23', 3, 'impression', '019656aa-0023-7abc-9def-0123456789ab'),
	('2025-04-23', 3, 'impression', 'id19'),
	('2025-04-23', 3, 'impression', 'id6'),
	('2025-04-24', 1, 'click', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-24', 1, 'click', 'id50'),
	('2025-04-24', 2, 'click', '019656aa-0016-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'click', 'id44'),
	('2025-04-24', 2, 'click', 'id55'),
	('2025-04-24', 2, 'impression', '019656aa-0016-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'impression', '019656aa-0021-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'impression', 'id5'),
	('2025-04-24', 2, 'impression', 'id53'),
	('2025-04-24', 3, 'click', 'id36'),
	('2025-04-24', 3, 'click', 'id58'),
	('2025-04-24', 3, 'impression', '019656aa-0014-7abc-9def-0123456789ab'),
	('2025-04-24', 3, 'impression', '019656aa-0023-7abc-9def-0123456789ab'),
	('2025-04-25', 1, 'click', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-25', 2, 'impression', '019656aa-0016-7abc-9def-0123456789ab'),
	('2025-04-25', 2, 'impression', 'id5'),
	('2025-04-25', 2, 'impression', 'id53'),
	('2025-04-25', 3, 'click', 'id36'),
	('2025-04-25', 3, 'click', 'id52'),
	('2025-04-25', 3, 'click', 'id58'),
	('2025-04-25', 3, 'impression', '019656aa-0014-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'impression', 'id25'),
	('2025-04-26', 1, 'click', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-26', 3, 'click', 'id52'),
	('2025-04-26', 3, 'impression', 'id25'),
	('2025-04-20', 1, 'impression', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-20', 2, 'impression', '019656aa-0000-7abc-9def-0123456789ab'),
	('2025-04-20', 3, 'click', 'id40'),
	('2025-04-20', 3, 'impression', '019656aa-0004-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'click', 'id47'),
	('2025-04-21', 1, 'impression', '019656aa-001a-7abc-9def-0123456789ab'),
	('2025-04-21', 1, 'impression', 'id14'),
	('2025-04-21', 2, 'click', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-21', 2, 'impression', '019656aa-0000-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'click', 'id40'),
	('2025-04-21', 3, 'click', 'id45'),
	('2025-04-21', 3, 'impression', '019656aa-0004-7abc-9def-0123456789ab'),
	('2025-04-21', 3, 'impression', 'id21'),
	('2025-04-21', 3, 'impression', 'id43'),
	('2025-04-21', 3, 'impression', 'id49'),
	('2025-04-22', 1, 'click', 'id39'),
	('2025-04-22', 1, 'click', 'id47'),
	('2025-04-22', 1, 'impression', '019656aa-0001-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'impression', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-22', 1, 'impression', 'id14'),
	('2025-04-22', 1, 'impression', 'id7'),
	('2025-04-22', 2, 'click', '019656aa-001c-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'impression', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-22', 2, 'impression', 'id6'),
	('2025-04-22', 3, 'click', 'id45'),
	('2025-04-22', 3, 'impression', 'id21'),
	('2025-04-22', 3, 'impression', 'id49'),
	('2025-04-23', 1, 'click', 'id39'),
	('2025-04-23', 1, 'impression', '019656aa-0012-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'impression', '019656aa-001e-7abc-9def-0123456789ab'),
	('2025-04-23', 1, 'impression', 'id7'),
	('2025-04-23', 2, 'click', '019656aa-0020-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'impression', '019656aa-0015-7abc-9def-0123456789ab'),
	('2025-04-23', 2, 'impression', 'id25'),
	('2025-04-23', 2, 'impression', 'id6'),
	('2025-04-23', 3, 'impression', 'id45'),
	('2025-04-24', 1, 'impression', '019656aa-0012-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'click', '019656aa-0020-7abc-9def-0123456789ab'),
	('2025-04-24', 2, 'impression', 'id2'),
	('2025-04-24', 3, 'impression', '019656aa-0006-7abc-9def-0123456789ab'),
	('2025-04-24', 3, 'impression', 'id38'),
	('2025-04-24', 3, 'impression', 'id45'),
	('2025-04-25', 2, 'impression', '019656aa-0024-7abc-9def-0123456789ab'),
	('2025-04-25', 2, 'impression', 'id2'),
	('2025-04-25', 2, 'impression', 'id35'),
	('2025-04-25', 3, 'impression', '019656aa-0006-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'impression', '019656aa-000e-7abc-9def-0123456789ab'),
	('2025-04-25', 3, 'impression', 'id38'),
	('2025-04-25', 3, 'impression', 'id51'),
	('2025-04-26', 2, 'impression', '019656aa-0024-7abc-9def-0123456789ab'),
	('2025-04-26', 2, 'impression', 'id35'),
	('2025-04-26', 3, 'impression', '019656aa-000e-7abc-9def-0123456789ab');
INSERT INTO public.events_20261126 VALUES
	(3004, '2026-11-26 10:56:46.648175+00', 1, 7, 'click', '10.0.0.1', NULL);
INSERT INTO public.events_default VALUES
	(3002, 'infinity', 2, 5, 'click', '10.0.0.1', NULL),
	(3501, NULL, 1, NULL, 'click', NULL, NULL);
INSERT INTO public.events_past VALUES
	(1, '2025-04-21 23:18:18.516176+00', 2, 2147483647, 'impression', '10.0.0.5', NULL),
	(2, '2025-04-23 08:26:01.334655+00', 2, 90000, 'impression', '10.0.0.7', NULL),
	(3, '2025-04-21 15:18:30.742704+00', 2, 90000, 'click', '10.0.0.4', NULL),
	(4, '2025-04-24 19:34:09.341248+00', 2, 0, 'impression', '10.0.0.6', NULL),
	(5, '2025-04-20 17:39:19.099427+00', 2, 200, 'impression', '10.0.0.2', NULL),
	(6, '2025-04-20 13:29:22.398772+00', 2, 90000, 'click', '10.0.0.6', NULL),
	(7, '2025-04-22 16:41:43.836371+00', 2, 90000, 'impression', '10.0.0.3', NULL),
	(8, '2025-04-24 00:30:35.811301+00', 2, 0, 'impression', '10.0.0.6', NULL),
	(9, '2025-04-22 15:16:49.724443+00', 2, 200, 'click', '10.0.0.3', NULL),
	(10, '2025-04-22 14:41:26.152703+00', 2, 90000, 'impression', '10.0.0.7', NULL),
	(11, '2025-04-24 08:15:59.497316+00', 3, 0, 'click', '10.0.0.2', NULL),
	(12, '2025-04-24 19:16:47.315414+00', 3, 0, 'click', '10.0.0.5', NULL),
	(13, '2025-04-23 12:54:58.166752+00', 3, 200, 'impression', '10.0.0.6', NULL),
	(14, '2025-04-25 00:24:06.341879+00', 3, 7, 'click', '10.0.0.0', NULL),
	(15, '2025-04-21 19:05:22.861126+00', 3, 7, 'impression', '10.0.0.5', NULL),
	(16, '2025-04-24 12:36:30.208831+00', 3, 7, 'click', '10.0.0.7', NULL),
	(17, '2025-04-24 09:22:52.135433+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(18, '2025-04-22 17:32:21.997303+00', 3, 200, 'click', '10.0.0.3', NULL),
	(19, '2025-04-20 22:53:35.392041+00', 3, 90000, 'impression', '10.0.0.0', NULL),
	(20, '2025-04-25 19:04:37.214293+00', 3, 200, 'click', '10.0.0.1', NULL),
	(21, '2025-04-21 01:57:08.116212+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(22, '2025-04-21 07:48:43.189302+00', 3, 2147483647, 'click', '10.0.0.8', NULL),
	(23, '2025-04-21 18:28:39.681697+00', 3, 0, 'click', '10.0.0.5', NULL),
	(24, '2025-04-24 18:33:42.981919+00', 3, 7, 'click', '10.0.0.5', NULL),
	(25, '2025-04-25 21:46:26.180173+00', 3, 7, 'click', '10.0.0.2', NULL),
	(26, '2025-04-24 04:33:10.208302+00', 3, 200, 'impression', '10.0.0.6', NULL),
	(27, '2025-04-25 13:22:59.883823+00', 3, 0, 'click', '10.0.0.5', NULL),
	(28, '2025-04-22 11:17:41.362368+00', 3, 7, 'click', '10.0.0.4', NULL),
	(29, '2025-04-22 22:37:42.035985+00', 3, 200, 'click', '10.0.0.1', NULL),
	(30, '2025-04-25 15:55:21.188869+00', 3, 0, 'click', '10.0.0.6', NULL),
	(31, '2025-04-20 12:52:34.18811+00', 3, 7, 'impression', '10.0.0.2', NULL),
	(32, '2025-04-22 15:25:57.153623+00', 3, 200, 'impression', '10.0.0.0', NULL),
	(33, '2025-04-20 13:18:09.475167+00', 3, 0, 'click', '10.0.0.0', NULL),
	(34, '2025-04-20 05:27:23.156495+00', 3, 200, 'click', '10.0.0.8', NULL),
	(35, '2025-04-22 06:08:46.591446+00', 3, 7, 'click', '10.0.0.5', NULL),
	(36, '2025-04-20 07:31:17.884907+00', 1, 0, 'impression', '10.0.0.1', NULL),
	(37, '2025-04-23 00:07:42.651885+00', 1, 90000, 'impression', '10.0.0.1', NULL),
	(38, '2025-04-22 15:59:18.150251+00', 1, 0, 'impression', '10.0.0.7', NULL),
	(39, '2025-04-25 18:24:27.452653+00', 1, 2147483647, 'impression', '10.0.0.7', NULL),
	(40, '2025-04-24 11:29:09.16439+00', 1, 7, 'click', '10.0.0.7', NULL),
	(41, '2025-04-22 05:30:12.574955+00', 1, 2147483647, 'impression', '10.0.0.2', NULL),
	(42, '2025-04-25 22:02:30.237232+00', 1, 7, 'click', '10.0.0.0', NULL),
	(43, '2025-04-23 09:39:35.812336+00', 1, 0, 'click', '10.0.0.4', NULL),
	(44, '2025-04-22 10:42:17.485426+00', 1, 90000, 'click', '10.0.0.5', NULL),
	(45, '2025-04-22 11:35:45.700771+00', 1, 200, 'click', '10.0.0.7', NULL),
	(46, '2025-04-24 16:23:04.824204+00', 1, 0, 'click', '10.0.0.1', NULL),
	(47, '2025-04-24 05:33:29.511871+00', 1, 200, 'click', '10.0.0.8', NULL),
	(48, '2025-04-21 20:57:50.433924+00', 1, 2147483647, 'impression', '10.0.0.1', NULL),
	(49, '2025-04-20 20:02:51.517539+00', 1, 90000, 'impression', '10.0.0.7', NULL),
	(501, '2025-04-23 04:53:33.076325+00', 2, 90000, 'impression', '10.0.0.7', NULL),
	(502, '2025-04-24 18:11:27.199526+00', 2, 7, 'click', '10.0.0.0', NULL),
	(503, '2025-04-25 02:36:36.6569+00', 2, 200, 'impression', '10.0.0.0', NULL),
	(504, '2025-04-20 01:48:05.702484+00', 2, 0, 'click', '10.0.0.6', NULL),
	(505, '2025-04-20 08:59:45.245793+00', 2, 90000, 'click', '10.0.0.0', NULL),
	(506, '2025-04-23 11:37:01.712467+00', 2, 2147483647, 'click', '10.0.0.2', NULL),
	(507, '2025-04-24 19:05:51.208647+00', 2, 200, 'click', '10.0.0.6', NULL),
	(508, '2025-04-21 04:53:15.51392+00', 2, 0, 'impression', '10.0.0.1', NULL),
	(509, '2025-04-23 07:29:38.455243+00', 2, 90000, 'impression', '10.0.0.6', NULL),
	(510, '2025-04-25 22:09:28.801828+00', 2, 2147483647, 'click', '10.0.0.0', NULL),
	(511, '2025-04-21 03:05:21.159337+00', 3, 2147483647, 'click', '10.0.0.5', NULL),
	(512, '2025-04-23 03:00:12.705015+00', 3, 7, 'impression', '10.0.0.1', NULL),
	(513, '2025-04-22 06:54:29.676521+00', 3, 7, 'click', '10.0.0.7', NULL),
	(514, '2025-04-25 10:46:04.064374+00', 3, 2147483647, 'click', '10.0.0.4', NULL),
	(515, '2025-04-21 09:26:17.088525+00', 3, 200, 'impression', '10.0.0.0', NULL),
	(516, '2025-04-21 13:30:33.625185+00', 3, 0, 'click', '10.0.0.3', NULL),
	(517, '2025-04-25 17:46:26.437097+00', 3, 200, 'impression', '10.0.0.8', NULL),
	(518, '2025-04-21 10:50:34.444156+00', 3, 200, 'impression', '10.0.0.0', NULL),
	(519, '2025-04-23 16:05:57.126947+00', 3, 0, 'impression', '10.0.0.7', NULL),
	(520, '2025-04-25 19:39:35.218885+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(521, '2025-04-22 11:44:51.878973+00', 3, 0, 'impression', '10.0.0.2', NULL),
	(522, '2025-04-24 22:26:19.974326+00', 3, 2147483647, 'click', '10.0.0.8', NULL),
	(523, '2025-04-24 06:18:18.081523+00', 3, 2147483647, 'click', '10.0.0.4', NULL),
	(524, '2025-04-23 18:59:59.72646+00', 3, 90000, 'click', '10.0.0.7', NULL),
	(525, '2025-04-24 09:32:24.525531+00', 3, 200, 'click', '10.0.0.7', NULL),
	(526, '2025-04-23 00:20:43.028363+00', 3, 90000, 'impression', '10.0.0.5', NULL),
	(527, '2025-04-21 10:30:43.492983+00', 3, 2147483647, 'click', '10.0.0.1', NULL),
	(528, '2025-04-20 19:31:25.366134+00', 3, 90000, 'impression', '10.0.0.8', NULL),
	(529, '2025-04-22 06:19:35.54088+00', 3, 7, 'impression', '10.0.0.2', NULL),
	(530, '2025-04-22 12:29:13.211106+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(531, '2025-04-20 18:15:30.739305+00', 3, 90000, 'click', '10.0.0.5', NULL),
	(532, '2025-04-21 17:30:31.624967+00', 3, 7, 'impression', '10.0.0.4', NULL),
	(533, '2025-04-21 14:03:49.70043+00', 3, 200, 'click', '10.0.0.1', NULL),
	(534, '2025-04-20 08:33:38.179511+00', 3, 2147483647, 'click', '10.0.0.0', NULL),
	(535, '2025-04-22 19:48:06.602903+00', 1, 0, 'impression', '10.0.0.8', NULL),
	(536, '2025-04-21 03:18:36.581975+00', 1, 7, 'impression', '10.0.0.5', NULL),
	(537, '2025-04-25 13:49:11.235561+00', 1, 0, 'click', '10.0.0.4', NULL),
	(538, '2025-04-24 02:57:10.080398+00', 1, 7, 'click', '10.0.0.3', NULL),
	(539, '2025-04-21 09:19:51.280664+00', 1, 90000, 'click', '10.0.0.8', NULL),
	(540, '2025-04-25 11:15:56.104921+00', 1, 200, 'impression', '10.0.0.3', NULL),
	(541, '2025-04-21 20:33:57.217246+00', 1, 200, 'click', '10.0.0.0', NULL),
	(542, '2025-04-23 00:42:24.39634+00', 1, 7, 'impression', '10.0.0.0', NULL),
	(543, '2025-04-20 02:49:22.640348+00', 1, 7, 'click', '10.0.0.0', NULL),
	(544, '2025-04-23 17:45:44.418491+00', 1, 0, 'click', '10.0.0.8', NULL),
	(545, '2025-04-24 18:39:11.852767+00', 1, 7, 'click', '10.0.0.4', NULL),
	(546, '2025-04-23 22:00:06.536602+00', 1, 90000, 'click', '10.0.0.5', NULL),
	(547, '2025-04-20 22:18:57.965606+00', 1, 200, 'impression', '10.0.0.1', NULL),
	(548, '2025-04-21 21:53:58.891115+00', 1, 2147483647, 'click', '10.0.0.8', NULL),
	(549, '2025-04-23 21:03:13.001136+00', 1, 0, 'click', '10.0.0.5', NULL),
	(550, '2025-04-20 03:08:52.891821+00', 1, 2147483647, 'click', '10.0.0.2', NULL),
	(551, '2025-04-23 13:07:21.332477+00', 1, 90000, 'click', '10.0.0.2', NULL),
	(552, '2025-04-24 19:52:10.762139+00', 1, 200, 'impression', '10.0.0.5', NULL),
	(1001, '2025-04-20 05:14:25.003453+00', 2, 7, 'click', '10.0.0.5', NULL),
	(1002, '2025-04-23 01:29:00.198741+00', 2, 200, 'impression', '10.0.0.1', NULL),
	(1003, '2025-04-23 21:18:26.86166+00', 2, 2147483647, 'click', '10.0.0.5', NULL),
	(1004, '2025-04-22 04:33:26.308517+00', 2, 200, 'impression', '10.0.0.6', NULL),
	(1005, '2025-04-22 14:35:58.836677+00', 2, 90000, 'impression', '10.0.0.0', NULL),
	(1006, '2025-04-21 07:07:39.563505+00', 2, 200, 'click', '10.0.0.7', NULL),
	(1007, '2025-04-22 02:29:24.107742+00', 2, 90000, 'click', '10.0.0.1', NULL),
	(1008, '2025-04-20 13:03:19.196625+00', 3, 0, 'impression', '10.0.0.4', NULL),
	(1009, '2025-04-23 16:12:04.730268+00', 3, 200, 'impression', '10.0.0.8', NULL),
	(1010, '2025-04-24 06:01:41.92748+00', 3, 0, 'impression', '10.0.0.2', NULL),
	(1011, '2025-04-23 21:46:03.935137+00', 3, 200, 'impression', '10.0.0.5', NULL),
	(1012, '2025-04-20 23:59:32.391289+00', 3, 0, 'click', '10.0.0.1', NULL),
	(1013, '2025-04-20 06:42:15.609651+00', 3, 7, 'click', '10.0.0.1', NULL),
	(1014, '2025-04-25 07:41:17.964787+00', 3, 2147483647, 'impression', '10.0.0.5', NULL),
	(1015, '2025-04-23 20:06:24.437927+00', 3, 90000, 'click', '10.0.0.7', NULL),
	(1016, '2025-04-23 03:47:12.177194+00', 3, 0, 'impression', '10.0.0.2', NULL),
	(1017, '2025-04-24 15:49:29.87776+00', 3, 7, 'click', '10.0.0.7', NULL),
	(1018, '2025-04-21 18:31:41.001269+00', 3, 0, 'impression', '10.0.0.7', NULL),
	(1019, '2025-04-25 16:32:20.746125+00', 3, 7, 'impression', '10.0.0.8', NULL),
	(1020, '2025-04-24 21:29:21.959005+00', 3, 200, 'impression', '10.0.0.8', NULL),
	(1021, '2025-04-20 15:10:19.894502+00', 3, 200, 'impression', '10.0.0.2', NULL),
	(1022, '2025-04-25 15:55:55.546638+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(1023, '2025-04-22 20:22:44.055041+00', 3, 2147483647, 'click', '10.0.0.4', NULL),
	(1024, '2025-04-21 04:15:10.673794+00', 3, 7, 'click', '10.0.0.0', NULL),
	(1025, '2025-04-25 23:49:06.466839+00', 3, 7, 'click', '10.0.0.1', NULL),
	(1026, '2025-04-23 12:48:45.634245+00', 3, 90000, 'click', '10.0.0.4', NULL),
	(1027, '2025-04-21 23:40:16.47887+00', 3, 200, 'click', '10.0.0.2', NULL),
	(1028, '2025-04-24 20:32:16.29794+00', 3, 0, 'impression', '10.0.0.7', NULL),
	(1029, '2025-04-25 20:11:58.20125+00', 3, 90000, 'click', '10.0.0.6', NULL),
	(1030, '2025-04-21 16:58:08.400312+00', 3, 7, 'click', '10.0.0.5', NULL),
	(1031, '2025-04-24 14:52:27.041056+00', 3, 2147483647, 'impression', '10.0.0.4', NULL),
	(1032, '2025-04-20 02:41:42.569088+00', 3, 200, 'impression', '10.0.0.5', NULL),
	(1033, '2025-04-25 12:25:10.809333+00', 1, 0, 'impression', '10.0.0.2', NULL),
	(1034, '2025-04-22 06:06:34.387294+00', 1, 0, 'click', '10.0.0.7', NULL),
	(1035, '2025-04-24 19:45:58.89231+00', 1, 7, 'click', '10.0.0.2', NULL),
	(1036, '2025-04-23 15:30:18.547122+00', 1, 0, 'click', '10.0.0.6', NULL),
	(1037, '2025-04-21 03:11:29.932344+00', 1, 90000, 'click', '10.0.0.6', NULL),
	(1038, '2025-04-22 16:53:00.154615+00', 1, 7, 'impression', '10.0.0.5', NULL),
	(1039, '2025-04-20 11:35:38.577777+00', 1, 200, 'click', '10.0.0.4', NULL),
	(1040, '2025-04-23 18:19:14.771031+00', 1, 7, 'impression', '10.0.0.7', NULL),
	(1041, '2025-04-21 16:15:42.869396+00', 1, 200, 'impression', '10.0.0.5', NULL),
	(1042, '2025-04-22 01:14:34.002173+00', 1, 90000, 'click', '10.0.0.0', NULL),
	(1043, '2025-04-25 19:50:50.014898+00', 1, 0, 'impression', '10.0.0.6', NULL),
	(1044, '2025-04-23 11:49:08.303922+00', 1, 0, 'impression', '10.0.0.7', NULL),
	(1045, '2025-04-20 10:36:37.504646+00', 1, 0, 'click', '10.0.0.6', NULL),
	(1046, '2025-04-24 23:35:07.216695+00', 1, 2147483647, 'impression', '10.0.0.4', NULL),
	(1047, '2025-04-23 03:19:37.928015+00', 1, 90000, 'impression', '10.0.0.4', NULL),
	(1048, '2025-04-23 21:10:51.73267+00', 1, 7, 'impression', '10.0.0.1', NULL),
	(1049, '2025-04-20 23:28:16.649726+00', 1, 90000, 'click', '10.0.0.1', NULL),
	(1050, '2025-04-22 01:54:41.48863+00', 1, 2147483647, 'click', '10.0.0.2', NULL),
	(1501, '2025-04-23 01:42:11.052932+00', 2, 7, 'click', '10.0.0.3', NULL),
	(1502, '2025-04-23 16:12:43.705177+00', 2, 0, 'click', '10.0.0.1', NULL),
	(1503, '2025-04-20 07:27:07.109143+00', 2, 2147483647, 'impression', '10.0.0.4', NULL),
	(1504, '2025-04-25 04:23:35.907998+00', 2, 0, 'click', '10.0.0.1', NULL),
	(1505, '2025-04-22 10:11:02.45215+00', 2, 0, 'impression', '10.0.0.0', NULL),
	(1506, '2025-04-20 17:33:40.282001+00', 2, 7, 'impression', '10.0.0.5', NULL),
	(1507, '2025-04-20 20:35:30.265299+00', 2, 90000, 'click', '10.0.0.1', NULL),
	(1508, '2025-04-22 00:31:02.213386+00', 2, 90000, 'click', '10.0.0.4', NULL),
	(1509, '2025-04-24 15:54:42.937012+00', 2, 200, 'impression', '10.0.0.5', NULL),
	(1510, '2025-04-21 13:31:30.549204+00', 2, 7, 'click', '10.0.0.4', NULL),
	(1511, '2025-04-24 21:16:21.527475+00', 2, 2147483647, 'impression', '10.0.0.0', NULL),
	(1512, '2025-04-23 15:16:04.2792+00', 3, 7, 'click', '10.0.0.7', NULL),
	(1513, '2025-04-22 15:16:13.237784+00', 3, 90000, 'impression', '10.0.0.8', NULL),
	(1514, '2025-04-20 19:25:26.010716+00', 3, 90000, 'impression', '10.0.0.3', NULL),
	(1515, '2025-04-21 04:45:01.025088+00', 3, 90000, 'click', '10.0.0.3', NULL),
	(1516, '2025-04-25 15:33:33.384533+00', 3, 7, 'click', '10.0.0.8', NULL),
	(1517, '2025-04-24 07:41:32.651452+00', 3, 7, 'click', '10.0.0.0', NULL),
	(1518, '2025-04-22 08:05:27.447433+00', 3, 0, 'click', '10.0.0.3', NULL),
	(1519, '2025-04-24 14:08:58.754832+00', 3, 0, 'click', '10.0.0.7', NULL),
	(1520, '2025-04-20 04:42:50.906701+00', 3, 200, 'impression', '10.0.0.4', NULL),
	(1521, '2025-04-21 11:48:15.307525+00', 3, 2147483647, 'click', '10.0.0.2', NULL),
	(1522, '2025-04-23 07:21:26.27167+00', 3, 2147483647, 'impression', '10.0.0.3', NULL),
	(1523, '2025-04-23 21:04:36.520344+00', 3, 0, 'impression', '10.0.0.8', NULL),
	(1524, '2025-04-22 07:51:42.253095+00', 3, 0, 'click', '10.0.0.8', NULL),
	(1525, '2025-04-20 00:21:50.807217+00', 3, 90000, 'click', '10.0.0.6', NULL),
	(1526, '2025-04-25 19:43:44.147095+00', 3, 2147483647, 'click', '10.0.0.5', NULL),
	(1527, '2025-04-23 20:29:34.682299+00', 3, 7, 'click', '10.0.0.6', NULL),
	(1528, '2025-04-23 15:28:40.593969+00', 3, 90000, 'impression', '10.0.0.1', NULL),
	(1529, '2025-04-25 05:23:27.646374+00', 3, 90000, 'click', '10.0.0.4', NULL),
	(1530, '2025-04-23 19:38:02.21102+00', 3, 200, 'impression', '10.0.0.5', NULL),
	(1531, '2025-04-20 19:56:37.574686+00', 1, 2147483647, 'click', '10.0.0.4', NULL),
	(1532, '2025-04-25 14:21:35.244904+00', 1, 200, 'click', '10.0.0.6', NULL),
	(1533, '2025-04-25 15:06:19.545801+00', 1, 0, 'click', '10.0.0.1', NULL),
	(1534, '2025-04-20 03:00:20.321801+00', 1, 90000, 'impression', '10.0.0.2', NULL),
	(1535, '2025-04-25 13:24:00.119929+00', 1, 200, 'click', '10.0.0.6', NULL),
	(1536, '2025-04-23 17:42:33.66844+00', 1, 90000, 'impression', '10.0.0.0', NULL),
	(1537, '2025-04-23 14:58:11.992042+00', 1, 90000, 'impression', '10.0.0.7', NULL),
	(1538, '2025-04-21 04:05:07.814939+00', 1, 90000, 'click', '10.0.0.1', NULL),
	(1539, '2025-04-25 07:36:39.823581+00', 1, 90000, 'click', '10.0.0.8', NULL),
	(2001, '2025-04-21 00:42:54.859545+00', 2, 0, 'click', '10.0.0.1', NULL),
	(2002, '2025-04-23 02:25:54.487987+00', 2, 2147483647, 'click', '10.0.0.6', NULL),
	(2003, '2025-04-22 13:55:29.236613+00', 2, 90000, 'impression', '10.0.0.4', NULL),
	(2004, '2025-04-22 22:04:59.82819+00', 2, 0, 'impression', '10.0.0.0', NULL),
	(2005, '2025-04-23 08:45:53.160355+00', 2, 0, 'click', '10.0.0.5', NULL),
	(2006, '2025-04-23 15:40:28.751155+00', 2, 2147483647, 'click', '10.0.0.7', NULL),
	(2007, '2025-04-21 15:06:26.810841+00', 2, 0, 'impression', '10.0.0.3', NULL),
	(2008, '2025-04-23 15:53:04.672602+00', 2, 90000, 'click', '10.0.0.4', NULL),
	(2009, '2025-04-24 09:11:01.566609+00', 2, 2147483647, 'impression', '10.0.0.3', NULL),
	(2010, '2025-04-25 20:55:39.942444+00', 2, 0, 'impression', '10.0.0.3', NULL),
	(2011, '2025-04-23 05:29:22.440445+00', 2, 200, 'impression', '10.0.0.4', NULL),
	(2012, '2025-04-24 20:38:56.272811+00', 2, 90000, 'impression', '10.0.0.7', NULL),
	(2013, '2025-04-22 04:16:09.781075+00', 2, 200, 'click', '10.0.0.0', NULL),
	(2014, '2025-04-22 17:16:12.105536+00', 2, 200, 'click', '10.0.0.2', NULL),
	(2015, '2025-04-24 02:38:46.322485+00', 2, 90000, 'impression', '10.0.0.5', NULL),
	(2016, '2025-04-24 03:21:50.823633+00', 2, 7, 'impression', '10.0.0.8', NULL),
	(2017, '2025-04-24 19:40:52.931481+00', 3, 0, 'impression', '10.0.0.2', NULL),
	(2018, '2025-04-24 02:28:40.578153+00', 3, 2147483647, 'click', '10.0.0.8', NULL),
	(2019, '2025-04-22 11:58:56.636967+00', 3, 2147483647, 'click', '10.0.0.2', NULL),
	(2020, '2025-04-21 21:46:30.450696+00', 3, 2147483647, 'impression', '10.0.0.3', NULL),
	(2021, '2025-04-21 02:06:05.716342+00', 3, 0, 'click', '10.0.0.7', NULL),
	(2022, '2025-04-23 02:37:09.758699+00', 3, 200, 'impression', '10.0.0.8', NULL),
	(2023, '2025-04-21 22:59:28.201888+00', 3, 200, 'click', '10.0.0.6', NULL),
	(2024, '2025-04-25 05:04:34.735093+00', 3, 200, 'click', '10.0.0.2', NULL),
	(2025, '2025-04-20 22:29:59.3496+00', 3, 0, 'click', '10.0.0.6', NULL),
	(2026, '2025-04-21 05:47:50.38928+00', 3, 200, 'click', '10.0.0.5', NULL),
	(2027, '2025-04-21 22:43:11.272793+00', 3, 7, 'click', '10.0.0.6', NULL),
	(2028, '2025-04-22 07:40:15.190967+00', 3, 7, 'impression', '10.0.0.2', NULL),
	(2029, '2025-04-25 15:32:12.017865+00', 3, 200, 'click', '10.0.0.7', NULL),
	(2030, '2025-04-24 19:24:07.587152+00', 3, 7, 'click', '10.0.0.3', NULL),
	(2031, '2025-04-25 12:52:04.720596+00', 3, 0, 'click', '10.0.0.1', NULL),
	(2032, '2025-04-23 19:08:17.727272+00', 3, 200, 'impression', '10.0.0.0', NULL),
	(2033, '2025-04-22 07:32:15.278828+00', 3, 2147483647, 'impression', '10.0.0.7', NULL),
	(2034, '2025-04-25 02:08:13.605913+00', 3, 2147483647, 'impression', '10.0.0.4', NULL),
	(2035, '2025-04-25 18:46:52.280392+00', 3, 2147483647, 'click', '10.0.0.7', NULL),
	(2036, '2025-04-24 02:08:58.873844+00', 3, 2147483647, 'click', '10.0.0.4', NULL),
	(2037, '2025-04-20 06:05:10.389386+00', 3, 200, 'click', '10.0.0.2', NULL),
	(2038, '2025-04-20 11:21:27.866951+00', 3, 0, 'impression', '10.0.0.8', NULL),
	(2039, '2025-04-24 10:44:32.719864+00', 3, 90000, 'impression', '10.0.0.8', NULL),
	(2040, '2025-04-22 13:14:23.11624+00', 3, 90000, 'click', '10.0.0.2', NULL),
	(2041, '2025-04-23 06:11:22.842123+00', 1, 200, 'click', '10.0.0.3', NULL),
	(2042, '2025-04-23 07:21:51.456527+00', 1, 200, 'impression', '10.0.0.6', NULL),
	(2043, '2025-04-25 21:59:22.523749+00', 1, 90000, 'impression', '10.0.0.3', NULL),
	(2044, '2025-04-21 22:25:39.625728+00', 1, 0, 'impression', '10.0.0.1', NULL),
	(2045, '2025-04-24 06:00:49.309075+00', 1, 0, 'click', '10.0.0.2', NULL),
	(2046, '2025-04-21 05:26:33.040472+00', 1, 7, 'impression', '10.0.0.0', NULL),
	(2047, '2025-04-25 14:35:00.31243+00', 1, 7, 'click', '10.0.0.2', NULL),
	(2048, '2025-04-23 14:27:15.837999+00', 1, 0, 'click', '10.0.0.4', NULL),
	(2049, '2025-04-25 18:31:52.989289+00', 1, 2147483647, 'impression', '10.0.0.8', NULL),
	(2050, '2025-04-23 22:31:24.98514+00', 1, 7, 'click', '10.0.0.3', NULL),
	(2501, '2025-04-23 22:15:30.242146+00', 2, 90000, 'click', '10.0.0.7', NULL),
	(2502, '2025-04-25 08:36:34.213189+00', 2, 2147483647, 'impression', '10.0.0.4', NULL),
	(2503, '2025-04-25 05:14:54.650369+00', 2, 90000, 'impression', '10.0.0.0', NULL),
	(2504, '2025-04-21 21:59:47.537182+00', 2, 0, 'click', '10.0.0.3', NULL),
	(2505, '2025-04-24 02:02:19.190287+00', 2, 7, 'impression', '10.0.0.8', NULL),
	(2506, '2025-04-25 06:10:33.041444+00', 2, 2147483647, 'click', '10.0.0.1', NULL),
	(2507, '2025-04-22 02:07:58.03243+00', 2, 90000, 'impression', '10.0.0.6', NULL),
	(2508, '2025-04-20 21:37:26.183232+00', 2, 90000, 'impression', '10.0.0.1', NULL),
	(2509, '2025-04-25 01:47:55.055551+00', 2, 2147483647, 'click', '10.0.0.0', NULL),
	(2510, '2025-04-22 08:49:25.797114+00', 2, 90000, 'impression', '10.0.0.6', NULL),
	(2511, '2025-04-20 21:27:43.530586+00', 2, 7, 'impression', '10.0.0.4', NULL),
	(2512, '2025-04-24 06:41:45.88553+00', 2, 0, 'impression', '10.0.0.8', NULL),
	(2513, '2025-04-24 11:56:30.331251+00', 3, 0, 'impression', '10.0.0.2', NULL),
	(2514, '2025-04-25 17:41:03.843202+00', 3, 200, 'click', '10.0.0.0', NULL),
	(2515, '2025-04-20 13:34:21.578351+00', 3, 0, 'impression', '10.0.0.1', NULL),
	(2516, '2025-04-20 12:53:56.782837+00', 3, 90000, 'click', '10.0.0.1', NULL),
	(2517, '2025-04-24 19:14:36.126727+00', 3, 0, 'impression', '10.0.0.4', NULL),
	(2518, '2025-04-21 05:31:27.273185+00', 3, 2147483647, 'impression', '10.0.0.5', NULL),
	(2519, '2025-04-20 17:10:09.752119+00', 3, 200, 'impression', '10.0.0.8', NULL),
	(2520, '2025-04-21 09:23:37.237893+00', 3, 2147483647, 'impression', '10.0.0.2', NULL),
	(2521, '2025-04-23 02:18:21.081355+00', 3, 7, 'impression', '10.0.0.6', NULL),
	(2522, '2025-04-21 22:02:26.908378+00', 3, 7, 'click', '10.0.0.8', NULL),
	(2523, '2025-04-20 17:25:57.864638+00', 3, 90000, 'click', '10.0.0.1', NULL),
	(2524, '2025-04-21 18:30:06.980374+00', 3, 0, 'impression', '10.0.0.8', NULL),
	(2525, '2025-04-25 15:06:08.579821+00', 3, 0, 'impression', '10.0.0.3', NULL),
	(2526, '2025-04-22 23:28:16.556861+00', 3, 0, 'impression', '10.0.0.8', NULL),
	(2527, '2025-04-24 08:01:55.267384+00', 3, 200, 'impression', '10.0.0.7', NULL),
	(2528, '2025-04-23 05:29:24.79387+00', 3, 2147483647, 'impression', '10.0.0.4', NULL),
	(2529, '2025-04-23 19:34:49.986056+00', 3, 0, 'click', '10.0.0.1', NULL),
	(2530, '2025-04-24 03:03:43.428767+00', 1, 7, 'click', '10.0.0.7', NULL),
	(2531, '2025-04-23 01:19:07.226418+00', 1, 2147483647, 'impression', '10.0.0.8', NULL),
	(2532, '2025-04-21 22:12:35.305113+00', 1, 200, 'click', '10.0.0.8', NULL),
	(2533, '2025-04-25 16:21:55.644512+00', 1, 0, 'click', '10.0.0.6', NULL),
	(2534, '2025-04-21 17:24:34.489728+00', 1, 90000, 'impression', '10.0.0.6', NULL),
	(2535, '2025-04-21 01:01:48.484341+00', 1, 0, 'impression', '10.0.0.0', NULL),
	(2536, '2025-04-22 11:23:56.824551+00', 1, 200, 'impression', '10.0.0.7', NULL),
	(2537, '2025-04-21 12:04:29.733685+00', 1, 7, 'impression', '10.0.0.1', NULL),
	(2538, '2025-04-22 09:49:34.485441+00', 1, 2147483647, 'impression', '10.0.0.6', NULL),
	(2539, '2025-04-20 04:07:37.571154+00', 1, 7, 'impression', '10.0.0.4', NULL),
	(2540, '2025-04-22 13:16:33.26306+00', 1, 200, 'click', '10.0.0.5', NULL),
	(3001, '2025-04-20 10:00:00+00', 1, -2147483647, 'click', NULL, 'n/a'),
	(3003, '2025-04-21 10:00:00+00', NULL, NULL, 'click', NULL, NULL);
INSERT INTO public.ingest_cursor OVERRIDING SYSTEM VALUE VALUES
	('00000000-0000-4000-8000-000000000001', 1, '00000000-0000-4000-8000-00000000000a', 180, '{81,70}', '{1,1}', '{27,0}', '2026-11-26 10:56:46.452216+00', '2026-11-26 10:56:46.531003+00', 0),
	('00000000-0000-4000-8000-000000000002', 2, '00000000-0000-4000-8000-00000000000b', 180, '{64,65}', '{4,5}', '{42,0}', '2026-11-26 10:56:46.552782+00', '2026-11-26 10:56:46.624273+00', 0);
INSERT INTO public.ingest_runs VALUES
	(0, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 180, '{}', '2026-11-26 10:56:46.531003+00'),
	(0, '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000b', 180, '{}', '2026-11-26 10:56:46.624273+00');
INSERT INTO public.rejected_events OVERRIDING SYSTEM VALUE VALUES
	(1, '00000000-0000-4000-8000-000000000001', 57, 'impression', 99, '2025-04-21 12:00:30.558434+00', '10.0.0.2', 7, '019656aa-0005-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(2, '00000000-0000-4000-8000-000000000001', 56, 'impression', 99, '2025-04-23 07:18:02.819678+00', '10.0.0.3', 90000, 'id8', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(3, '00000000-0000-4000-8000-000000000001', 43, 'impression', 99, '2025-04-23 13:52:36.673496+00', '10.0.0.0', 90000, NULL, 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(4, '00000000-0000-4000-8000-000000000001', 38, 'click', 99, '2025-04-22 12:17:54.42996+00', '10.0.0.0', 7, 'id13', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(5, '00000000-0000-4000-8000-000000000001', 37, 'click', 99, '2025-04-21 22:57:23.000692+00', '10.0.0.1', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(6, '00000000-0000-4000-8000-000000000001', 29, 'click', 99, '2025-04-25 08:46:01.2051+00', '10.0.0.6', 7, 'id27', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(7, '00000000-0000-4000-8000-000000000001', 25, 'click', 99, '2025-04-22 15:18:44.082666+00', '10.0.0.6', 90000, 'id14', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(8, '00000000-0000-4000-8000-000000000001', 23, 'click', 99, '2025-04-21 22:28:23.35058+00', '10.0.0.5', 200, '019656aa-0015-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(9, '00000000-0000-4000-8000-000000000001', 17, 'impression', 99, '2025-04-25 09:21:41.187327+00', '10.0.0.2', 0, NULL, 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(10, '00000000-0000-4000-8000-000000000001', 12, 'impression', 99, '2025-04-20 15:17:32.820006+00', '10.0.0.3', 90000, '019656aa-0022-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(11, '00000000-0000-4000-8000-000000000001', 8, 'click', 99, '2025-04-25 23:20:30.287347+00', '10.0.0.6', 7, NULL, 'unknown ad', '2026-11-26 10:56:46.47333+00'),
	(12, '00000000-0000-4000-8000-000000000001', 113, 'click', 99, '2025-04-22 19:06:41.824968+00', '10.0.0.8', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(13, '00000000-0000-4000-8000-000000000001', 110, 'impression', 99, '2025-04-24 10:11:26.031959+00', '10.0.0.6', 90000, NULL, 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(14, '00000000-0000-4000-8000-000000000001', 101, 'impression', 99, '2025-04-20 22:56:35.721767+00', '10.0.0.6', 200, 'id55', 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(15, '00000000-0000-4000-8000-000000000001', 100, 'click', 99, '2025-04-25 19:20:24.339965+00', '10.0.0.3', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(16, '00000000-0000-4000-8000-000000000001', 87, 'impression', 99, '2025-04-24 21:03:34.153747+00', '10.0.0.3', 0, 'id11', 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(17, '00000000-0000-4000-8000-000000000001', 77, 'impression', 99, '2025-04-23 01:06:10.416275+00', '10.0.0.4', 2147483647, 'id47', 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(18, '00000000-0000-4000-8000-000000000001', 73, 'click', 99, '2025-04-22 07:23:22.848131+00', '10.0.0.4', 2147483647, NULL, 'unknown ad', '2026-11-26 10:56:46.505713+00'),
	(19, '00000000-0000-4000-8000-000000000001', 180, 'click', 99, '2025-04-21 12:57:28.154477+00', '10.0.0.6', 200, '019656aa-0007-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(20, '00000000-0000-4000-8000-000000000001', 179, 'impression', 99, '2025-04-20 12:44:12.227569+00', '10.0.0.2', 2147483647, NULL, 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(21, '00000000-0000-4000-8000-000000000001', 170, 'click', 99, '2025-04-20 00:49:50.733045+00', '10.0.0.7', 0, 'id55', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(22, '00000000-0000-4000-8000-000000000001', 148, 'impression', 99, '2025-04-25 06:48:46.034423+00', '10.0.0.4', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(23, '00000000-0000-4000-8000-000000000001', 145, 'impression', 99, '2025-04-24 09:38:21.060681+00', '10.0.0.0', 2147483647, 'id10', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(24, '00000000-0000-4000-8000-000000000001', 135, 'click', 99, '2025-04-20 04:38:12.479353+00', '10.0.0.0', 0, NULL, 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(25, '00000000-0000-4000-8000-000000000001', 129, 'impression', 99, '2025-04-22 22:33:04.146253+00', '10.0.0.1', 2147483647, '019656aa-000c-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(26, '00000000-0000-4000-8000-000000000001', 125, 'click', 99, '2025-04-23 13:07:17.32134+00', '10.0.0.0', 7, '019656aa-0023-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(27, '00000000-0000-4000-8000-000000000001', 121, 'impression', 99, '2025-04-25 03:43:32.338999+00', '10.0.0.2', 0, 'id29', 'unknown ad', '2026-11-26 10:56:46.531003+00'),
	(28, '00000000-0000-4000-8000-000000000002', 59, 'click', 99, '2025-04-22 22:27:02.704178+00', '10.0.0.1', 200, 'id53', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(29, '00000000-0000-4000-8000-000000000002', 47, 'click', 99, '2025-04-24 00:29:30.325523+00', '10.0.0.7', 0, 'id6', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(30, '00000000-0000-4000-8000-000000000002', 42, 'impression', 99, '2025-04-22 16:45:25.773067+00', '10.0.0.1', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(31, '00000000-0000-4000-8000-000000000002', 39, 'impression', 99, '2025-04-21 17:59:55.232121+00', '10.0.0.3', 90000, 'id19', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(32, '00000000-0000-4000-8000-000000000002', 38, 'impression', 99, '2025-04-20 03:28:19.803174+00', '10.0.0.2', 200, 'id5', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(33, '00000000-0000-4000-8000-000000000002', 33, 'impression', 99, '2025-04-20 04:15:20.300805+00', '10.0.0.7', 7, 'id26', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(34, '00000000-0000-4000-8000-000000000002', 32, 'click', 99, '2025-04-21 11:27:00.329861+00', '10.0.0.1', 0, 'id20', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(35, '00000000-0000-4000-8000-000000000002', 26, 'click', 99, '2025-04-24 10:03:49.616036+00', '10.0.0.5', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(36, '00000000-0000-4000-8000-000000000002', 24, 'click', 99, '2025-04-22 22:14:10.517514+00', '10.0.0.7', 7, '019656aa-0001-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(37, '00000000-0000-4000-8000-000000000002', 20, 'impression', 99, '2025-04-20 01:53:48.067706+00', '10.0.0.2', 90000, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(38, '00000000-0000-4000-8000-000000000002', 18, 'impression', 99, '2025-04-20 21:09:00.510183+00', '10.0.0.1', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(39, '00000000-0000-4000-8000-000000000002', 15, 'click', 99, '2025-04-21 07:20:45.748696+00', '10.0.0.1', 0, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(40, '00000000-0000-4000-8000-000000000002', 13, 'impression', 99, '2025-04-25 05:48:51.490882+00', '10.0.0.1', 0, '019656aa-000f-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(41, '00000000-0000-4000-8000-000000000002', 11, 'impression', 99, '2025-04-24 21:03:18.790937+00', '10.0.0.3', 200, 'id29', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(42, '00000000-0000-4000-8000-000000000002', 4, 'click', 99, '2025-04-25 23:30:34.064794+00', '10.0.0.5', 2147483647, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(43, '00000000-0000-4000-8000-000000000002', 3, 'impression', 99, '2025-04-23 12:31:09.425783+00', '10.0.0.4', 90000, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(44, '00000000-0000-4000-8000-000000000002', 2, 'impression', 99, '2025-04-23 14:51:16.070533+00', '10.0.0.5', 2147483647, '019656aa-0009-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(45, '00000000-0000-4000-8000-000000000002', 1, 'impression', 99, '2025-04-24 07:17:51.938437+00', '10.0.0.7', 7, NULL, 'unknown ad', '2026-11-26 10:56:46.563215+00'),
	(46, '00000000-0000-4000-8000-000000000002', 113, 'click', 99, '2025-04-22 10:15:30.008347+00', '10.0.0.1', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(47, '00000000-0000-4000-8000-000000000002', 101, 'impression', 99, '2025-04-24 21:00:08.666034+00', '10.0.0.2', 0, 'id12', 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(48, '00000000-0000-4000-8000-000000000002', 93, 'click', 99, '2025-04-24 04:35:56.69966+00', '10.0.0.5', 90000, '019656aa-0005-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(49, '00000000-0000-4000-8000-000000000002', 92, 'click', 99, '2025-04-25 11:56:39.390891+00', '10.0.0.3', 0, 'id18', 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(50, '00000000-0000-4000-8000-000000000002', 82, 'impression', 99, '2025-04-22 02:32:21.168366+00', '10.0.0.0', 200, NULL, 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(51, '00000000-0000-4000-8000-000000000002', 76, 'click', 99, '2025-04-25 13:07:24.298407+00', '10.0.0.0', 0, NULL, 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(52, '00000000-0000-4000-8000-000000000002', 68, 'click', 99, '2025-04-21 13:16:53.04568+00', '10.0.0.6', 200, '019656aa-0017-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(53, '00000000-0000-4000-8000-000000000002', 62, 'click', 99, '2025-04-24 00:45:29.769223+00', '10.0.0.4', 90000, '019656aa-000c-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.589665+00'),
	(54, '00000000-0000-4000-8000-000000000002', 177, 'click', 99, '2025-04-22 06:54:29.656626+00', '10.0.0.7', 0, 'id46', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(55, '00000000-0000-4000-8000-000000000002', 174, 'click', 99, '2025-04-24 09:32:35.735375+00', '10.0.0.6', 200, 'id28', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(56, '00000000-0000-4000-8000-000000000002', 160, 'click', 99, '2025-04-20 20:49:10.314191+00', '10.0.0.4', 7, '019656aa-0023-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(57, '00000000-0000-4000-8000-000000000002', 158, 'impression', 99, '2025-04-21 18:50:38.948235+00', '10.0.0.1', 0, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(58, '00000000-0000-4000-8000-000000000002', 157, 'impression', 99, '2025-04-22 02:46:31.581548+00', '10.0.0.0', 2147483647, '019656aa-0024-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(59, '00000000-0000-4000-8000-000000000002', 154, 'impression', 99, '2025-04-22 04:05:08.822476+00', '10.0.0.2', 90000, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(60, '00000000-0000-4000-8000-000000000002', 152, 'impression', 99, '2025-04-20 10:23:02.059762+00', '10.0.0.5', 0, 'id11', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(61, '00000000-0000-4000-8000-000000000002', 149, 'click', 99, '2025-04-24 16:26:05.136466+00', '10.0.0.0', 2147483647, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(62, '00000000-0000-4000-8000-000000000002', 139, 'impression', 99, '2025-04-22 22:57:01.979631+00', '10.0.0.5', 7, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(63, '00000000-0000-4000-8000-000000000002', 134, 'impression', 99, '2025-04-20 23:19:06.276666+00', '10.0.0.5', 0, 'id31', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(64, '00000000-0000-4000-8000-000000000002', 133, 'impression', 99, '2025-04-20 13:49:52.932251+00', '10.0.0.5', 90000, '019656aa-001c-7abc-9def-0123456789ab', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(65, '00000000-0000-4000-8000-000000000002', 132, 'click', 99, '2025-04-20 19:01:39.767918+00', '10.0.0.5', 0, 'id26', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(66, '00000000-0000-4000-8000-000000000002', 131, 'click', 99, '2025-04-24 10:07:09.604569+00', '10.0.0.5', 7, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(67, '00000000-0000-4000-8000-000000000002', 129, 'click', 99, '2025-04-24 18:46:30.809768+00', '10.0.0.8', 2147483647, 'id56', 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(68, '00000000-0000-4000-8000-000000000002', 128, 'impression', 99, '2025-04-22 21:47:41.709459+00', '10.0.0.0', 7, NULL, 'unknown ad', '2026-11-26 10:56:46.624273+00'),
	(69, '00000000-0000-4000-8000-000000000002', 126, 'click', 99, '2025-04-20 06:31:46.638652+00', '10.0.0.2', 2147483647, 'id11', 'unknown ad', '2026-11-26 10:56:46.624273+00');
SELECT pg_catalog.setval('public.ads_id_seq', 3, true);
SELECT pg_catalog.setval('public.events_id_seq', 4000, true);
SELECT pg_catalog.setval('public.ingest_cursor_journal_id_seq', 2, true);
SELECT pg_catalog.setval('public.rejected_events_id_seq', 69, true);
ALTER TABLE ONLY public.ads
    ADD CONSTRAINT ads_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_counts
    ADD CONSTRAINT event_counts_pkey PRIMARY KEY (bucket_seconds, bucket, ad_id, kind, journal_id);
ALTER TABLE ONLY public.event_keys
    ADD CONSTRAINT event_keys_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261126
    ADD CONSTRAINT event_keys_20261126_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261127
    ADD CONSTRAINT event_keys_20261127_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261128
    ADD CONSTRAINT event_keys_20261128_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261129
    ADD CONSTRAINT event_keys_20261129_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261130
    ADD CONSTRAINT event_keys_20261130_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261201
    ADD CONSTRAINT event_keys_20261201_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261202
    ADD CONSTRAINT event_keys_20261202_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261203
    ADD CONSTRAINT event_keys_20261203_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20261204
    ADD CONSTRAINT event_keys_20261204_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_default
    ADD CONSTRAINT event_keys_default_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.ingest_cursor
    ADD CONSTRAINT ingest_cursor_journal_id_key UNIQUE (journal_id);
ALTER TABLE ONLY public.ingest_cursor
    ADD CONSTRAINT ingest_cursor_pkey PRIMARY KEY (journal);
ALTER TABLE ONLY public.ingest_runs
    ADD CONSTRAINT ingest_runs_pkey PRIMARY KEY (lane, journal, nonce);
ALTER TABLE ONLY public.rejected_events
    ADD CONSTRAINT rejected_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE INDEX event_counts_journal ON public.event_counts USING btree (journal_id);
CREATE INDEX events_occurred_at ON ONLY public.events USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261126_occurred_at_idx ON public.events_20261126 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261127_occurred_at_idx ON public.events_20261127 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261128_occurred_at_idx ON public.events_20261128 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261129_occurred_at_idx ON public.events_20261129 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261130_occurred_at_idx ON public.events_20261130 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261201_occurred_at_idx ON public.events_20261201 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261202_occurred_at_idx ON public.events_20261202 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20261203_occurred_at_idx ON public.events_20261203 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_default_occurred_at_idx ON public.events_default USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_past_occurred_at_idx ON public.events_past USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261126_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261127_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261128_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261129_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261130_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261201_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261202_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261203_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20261204_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_default_pkey;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261126_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261127_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261128_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261129_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261130_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261201_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261202_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20261203_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_default_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_past_occurred_at_idx;
CREATE TRIGGER ads_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ads FOR EACH STATEMENT EXECUTE FUNCTION public.notify_ads_changed();
CREATE TRIGGER clicks_delete INSTEAD OF DELETE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_delete('click');
CREATE TRIGGER clicks_insert INSTEAD OF INSERT ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_insert('click');
CREATE TRIGGER clicks_reject_update INSTEAD OF UPDATE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.view_reject_update();
CREATE TRIGGER impressions_delete INSTEAD OF DELETE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_delete('impression');
CREATE TRIGGER impressions_insert INSTEAD OF INSERT ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_insert('impression');
CREATE TRIGGER impressions_reject_update INSTEAD OF UPDATE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.view_reject_update();
