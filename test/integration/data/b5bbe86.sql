-- A database of revision b5bbe86, the last with ten migrations: original clicks adopted, events of both
-- kinds, event_ids, duplicates, rejected events, rows inserted into the views. Made by pg_dump of
-- PostgreSQL 15 (--no-owner --no-privileges) without its comments; its day is moved to 2025-04-25.
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
CREATE FUNCTION public.add_to_counts(p_at timestamp with time zone, p_ad_id integer, p_kind public.event_kind, p_playback integer, p_events integer) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO event_counts AS c
        (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT w.bucket_seconds, bucket_start(w.width, p_at), coalesce(p_ad_id, 0), p_kind, 0, p_events,
           p_events * coalesce(p_playback, 0)
    FROM bucket_widths w WHERE isfinite(p_at) ORDER BY 1
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds
$$;
CREATE FUNCTION public.analytics_totals(p_start timestamp with time zone, p_end timestamp with time zone, p_ad_id integer, OUT clicks bigint, OUT impressions bigint, OUT click_playback_seconds bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_end timestamptz := p_end + interval '1 microsecond'; -- the first moment outside
    -- Whole buckets of each width that lie inside: from .. to. Widths nest, so the wider window lies
    -- inside the narrower one; where there is no whole bucket, both are the window's start.
    v_minute_from timestamptz; v_minute_to timestamptz;
    v_hour_from timestamptz; v_hour_to timestamptz;
    v_day_from timestamptz; v_day_to timestamptz;
BEGIN
    SELECT f, t INTO v_minute_from, v_minute_to FROM whole_buckets('1 minute', p_start, v_end) AS w (f, t);
    SELECT f, t INTO v_hour_from, v_hour_to FROM whole_buckets('1 hour', v_minute_from, v_minute_to) AS w (f, t);
    SELECT f, t INTO v_day_from, v_day_to FROM whole_buckets('1 day', v_hour_from, v_hour_to) AS w (f, t);

    SELECT coalesce(sum(n) FILTER (WHERE kind = 'click'), 0),
           coalesce(sum(n) FILTER (WHERE kind = 'impression'), 0),
           coalesce(sum(seconds) FILTER (WHERE kind = 'click'), 0)
    INTO clicks, impressions, click_playback_seconds
    FROM (
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
    ) AS parts;
END
$$;
CREATE FUNCTION public.bucket_start(p_width interval, p_time timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT date_bin(p_width, p_time, timestamptz '0001-01-01 00:00:00+00')
$$;
CREATE FUNCTION public.claim_event_ids(p_sequence bigint[], p_day date[], p_ad_id integer[], p_kind public.event_kind[], p_event_id text[]) RETURNS bigint[]
    LANGUAGE sql
    AS $$
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
    SELECT array_agg(sequence) FROM first
$$;
CREATE FUNCTION public.claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[], OUT is_locked boolean) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_cursor ingest_cursor%ROWTYPE;
BEGIN
    INSERT INTO ingest_cursor (journal, nonce) VALUES (p_journal, p_nonce) ON CONFLICT DO NOTHING;
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    -- Whoever is refused must not be left with the lock: it would keep the rightful owner out.
    IF v_cursor.nonce <> p_nonce AND v_cursor.nonce <> ALL (p_owners) THEN
        RAISE EXCEPTION 'journal % was taken over by another process', p_journal
            USING ERRCODE = 'VA001';
    END IF;
    is_locked := pg_try_advisory_lock(860065, v_cursor.journal_id);
    IF NOT is_locked AND v_cursor.nonce <> p_nonce THEN
        RAISE EXCEPTION 'the last owner of journal % is still connected', p_journal
            USING ERRCODE = 'VA002';
    END IF;
    UPDATE ingest_cursor c SET nonce = p_nonce, claimed_at = now() WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
CREATE FUNCTION public.create_day_partitions(p_table text, p_column text, p_first date, p_days integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_day date;
    v_name text;
    v_of_day text;
    v_rows bigint;
    v_made integer := 0;
BEGIN
    FOR v_day IN SELECT p_first + n FROM generate_series(0, p_days - 1) AS n LOOP
        v_name := p_table || to_char(v_day, '_YYYYMMDD');
        CONTINUE WHEN to_regclass(quote_ident(v_name)) IS NOT NULL;
        v_of_day := format('%I >= %L AND %I < %L', p_column, to_char(v_day, 'YYYY-MM-DD 00:00:00+00'),
                           p_column, to_char(v_day + 1, 'YYYY-MM-DD 00:00:00+00'));
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE %s LIMIT 500001) AS r',
                       p_table || '_default', v_of_day) INTO v_rows;
        IF v_rows > 500000 THEN
            RAISE WARNING 'the rows of % stay in %_default: there are too many to move', v_day, p_table;
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                       v_name, p_table);
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', p_table || '_default');
        EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       p_table || '_default', v_of_day, v_name);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       p_table, v_name, to_char(v_day, 'YYYY-MM-DD 00:00:00+00'),
                       to_char(v_day + 1, 'YYYY-MM-DD 00:00:00+00'));
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END
$$;
CREATE FUNCTION public.delete_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
BEGIN
    IF v_at IS NULL THEN -- adopted without one; else the day's partition alone is looked through
        DELETE FROM events WHERE id = OLD.id AND kind = TG_ARGV[0]::event_kind AND occurred_at IS NULL;
    ELSE
        DELETE FROM events WHERE id = OLD.id AND kind = TG_ARGV[0]::event_kind AND occurred_at = v_at;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM add_to_counts(v_at, OLD.ad_id, TG_ARGV[0]::event_kind, OLD.video_playback_time, -1);
    RETURN OLD;
END
$$;
CREATE FUNCTION public.fold_counts(p_before timestamp with time zone, p_rows integer DEFAULT 50000) RETURNS integer
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_journal integer;
    v_found tid[];
    v_moved integer := 0;
BEGIN
    FOR v_journal IN SELECT journal_id FROM ingest_cursor WHERE stored_at < p_before ORDER BY journal_id LOOP
        EXIT WHEN v_moved >= p_rows;
        v_found := ARRAY(SELECT ctid FROM event_counts WHERE journal_id = v_journal LIMIT p_rows - v_moved);
        CONTINUE WHEN cardinality(v_found) = 0;
        v_moved := v_moved + cardinality(v_found);
        WITH quiet AS (
            DELETE FROM event_counts WHERE ctid = ANY (v_found) AND journal_id = v_journal RETURNING *
        )
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT bucket_seconds, bucket, ad_id, kind, 0, events, playback_seconds FROM quiet ORDER BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds;
    END LOOP;
    RETURN v_moved;
END
$$;
CREATE FUNCTION public.ingest_batch(p_journal uuid, p_nonce uuid, p_sequence bigint[], p_kind smallint[], p_ad_id integer[], p_occurred_at timestamp with time zone[], p_ip inet[], p_playback integer[], p_event_id text[], p_reject text, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind);
    v_cursor ingest_cursor%ROWTYPE;
    v_now record;
BEGIN
    SELECT * INTO v_cursor FROM ingest_cursor c WHERE c.journal = p_journal FOR UPDATE;
    IF v_cursor.nonce IS DISTINCT FROM p_nonce THEN
        RAISE EXCEPTION 'journal % belongs to another process', p_journal USING ERRCODE = 'VA001';
    END IF;

    WITH given AS MATERIALIZED (
        SELECT b.*, a.id IS NOT NULL AS is_known
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback, p_event_id)
             AS b (sequence, kind_code, ad_id, occurred_at, ip, playback, event_id)
        LEFT JOIN ads a ON a.id = b.ad_id
        WHERE b.sequence > v_cursor.last_sequence
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(sequence), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(v_kinds[kind_code + 1]),
                                      array_agg(event_id))) AS sequence
        FROM given WHERE p_reject IS NULL AND event_id IS NOT NULL AND is_known
        HAVING count(*) > 0
    ), batch AS MATERIALIZED (
        SELECT g.*, v_kinds[g.kind_code + 1] AS kind,
               CASE WHEN p_reject IS NOT NULL THEN 'refused'
                    WHEN NOT g.is_known THEN 'unknown ad'
                    WHEN g.event_id IS NOT NULL AND f.sequence IS NULL THEN 'duplicate'
                    ELSE 'new' END AS fate
        FROM given g LEFT JOIN first f ON f.sequence = g.sequence
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
        SELECT bucket_start('1 minute', occurred_at) AS minute, ad_id, kind,
               count(*) AS events, sum(playback) AS playback_seconds
        FROM batch WHERE fate = 'new' GROUP BY 1, 2, 3
    ), new_counts AS (
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT w.bucket_seconds, bucket_start(w.width, m.minute), m.ad_id, m.kind,
               v_cursor.journal_id, sum(m.events), sum(m.playback_seconds)
        FROM minutes m CROSS JOIN bucket_widths w GROUP BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds
    )
    SELECT max(sequence) AS last_sequence,
           count(*) FILTER (WHERE fate = 'new' AND kind_code = 0) AS new_clicks,
           count(*) FILTER (WHERE fate = 'new' AND kind_code = 1) AS new_impressions,
           count(*) FILTER (WHERE fate = 'duplicate' AND kind_code = 0) AS duplicate_clicks,
           count(*) FILTER (WHERE fate = 'duplicate' AND kind_code = 1) AS duplicate_impressions,
           count(*) FILTER (WHERE fate = 'unknown ad') AS unknown_ads,
           count(*) FILTER (WHERE fate = 'refused') AS refused
    INTO v_now FROM batch;

    UPDATE ingest_cursor c
    SET last_sequence = coalesce(v_now.last_sequence, c.last_sequence),
        stored = ARRAY[c.stored[1] + v_now.new_clicks, c.stored[2] + v_now.new_impressions],
        duplicate = ARRAY[c.duplicate[1] + v_now.duplicate_clicks,
                          c.duplicate[2] + v_now.duplicate_impressions],
        rejected = ARRAY[c.rejected[1] + v_now.unknown_ads, c.rejected[2] + v_now.refused],
        stored_at = now()
    WHERE c.journal = p_journal
    RETURNING c.last_sequence, c.stored, c.duplicate, c.rejected
    INTO last_sequence, stored, duplicate, rejected;
END
$$;
CREATE FUNCTION public.insert_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet;
BEGIN
    BEGIN
        v_ip := NEW.ip::inet;
    EXCEPTION WHEN invalid_text_representation THEN
        NULL; -- kept as it is
    END;
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
    VALUES (NEW.id, v_at, NEW.ad_id, NEW.video_playback_time, TG_ARGV[0]::event_kind, v_ip,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip THEN NEW.ip END);
    PERFORM add_to_counts(v_at, NEW.ad_id, TG_ARGV[0]::event_kind, NEW.video_playback_time, 1);
    RETURN NEW;
END
$$;
CREATE FUNCTION public.maintain() RETURNS integer
    LANGUAGE plpgsql
    SET lock_timeout TO '500ms'
    AS $$
DECLARE
    v_today date := (now() AT TIME ZONE 'UTC')::date;
    v_made integer;
    v_old text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('video-ad-tracker'), hashtext('maintain')) THEN
        RETURN 0;
    END IF;
    v_made := create_day_partitions('events', 'occurred_at', v_today, 8)
            + create_day_partitions('event_keys', 'day', v_today, 9);
    FOR v_old IN SELECT inhrelid::regclass::text FROM pg_inherits
                 WHERE inhparent = 'event_keys'::regclass
                   AND inhrelid::regclass::text < to_char(v_today - 15, '"event_keys_"YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %s', v_old);
    END LOOP;
    DELETE FROM event_keys_default WHERE day < v_today - 400; -- events that came later still: few
    RETURN v_made;
END
$$;
CREATE FUNCTION public.notify_ads_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('ads_changed', '');
    RETURN NULL;
END
$$;
CREATE FUNCTION public.refuse_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened: rows may be added and deleted, not changed', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END
$$;
CREATE FUNCTION public.retry_rejected(p_ad_id integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_ids bigint[];
    v_id bigint;
    v_last bigint := 0;
    v_stored bigint := 0;
BEGIN
    LOOP
        v_ids := ARRAY(SELECT e.id FROM rejected_events e JOIN ads a ON a.id = e.ad_id
                       WHERE e.id > v_last AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                       ORDER BY e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED);
        EXIT WHEN cardinality(v_ids) = 0;
        v_last := v_ids[cardinality(v_ids)];
        BEGIN
            v_stored := v_stored + store_rejected(v_ids);
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
            FOREACH v_id IN ARRAY v_ids LOOP -- one of them: each by itself
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
CREATE FUNCTION public.store_rejected(p_ids bigint[]) RETURNS bigint
    LANGUAGE sql
    AS $$
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
    ), new_counts AS (
        INSERT INTO event_counts AS c
            (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT w.bucket_seconds, bucket_start(w.width, n.occurred_at), n.ad_id, n.kind, 0, count(*),
               sum(n.video_playback_time)
        FROM new n CROSS JOIN bucket_widths w GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
        SET events = c.events + excluded.events,
            playback_seconds = c.playback_seconds + excluded.playback_seconds
    )
    SELECT count(*) FROM new
$$;
CREATE FUNCTION public.whole_buckets(p_width interval, p_from timestamp with time zone, p_to timestamp with time zone, OUT first timestamp with time zone, OUT past timestamp with time zone) RETURNS record
    LANGUAGE plpgsql IMMUTABLE
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
SET default_tablespace = '';
SET default_table_access_method = heap;
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
CREATE VIEW public.bucket_widths AS
 SELECT "*VALUES*".column1 AS bucket_seconds,
    "*VALUES*".column2 AS width
   FROM (VALUES (60,'00:01:00'::interval), (3600,'01:00:00'::interval), (86400,'1 day'::interval)) "*VALUES*";
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
CREATE TABLE public.event_keys_20250425 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250426 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250427 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250428 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250429 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250430 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250501 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250502 (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind public.event_kind NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.event_keys_20250503 (
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
CREATE TABLE public.events_20250425 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250426 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250427 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250428 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250429 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250430 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250501 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_20250502 (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_default (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
CREATE TABLE public.events_past (
    id bigint DEFAULT nextval('public.events_id_seq'::regclass) NOT NULL,
    occurred_at timestamp with time zone,
    ad_id integer,
    video_playback_time integer,
    kind public.event_kind NOT NULL,
    ip inet,
    ip_text text
);
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
    stored bigint[] DEFAULT '{0,0}'::bigint[] NOT NULL,
    duplicate bigint[] DEFAULT '{0,0}'::bigint[] NOT NULL,
    rejected bigint[] DEFAULT '{0,0}'::bigint[] NOT NULL,
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL
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
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250425 FOR VALUES FROM ('2025-04-25') TO ('2025-04-26');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250426 FOR VALUES FROM ('2025-04-26') TO ('2025-04-27');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250427 FOR VALUES FROM ('2025-04-27') TO ('2025-04-28');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250428 FOR VALUES FROM ('2025-04-28') TO ('2025-04-29');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250429 FOR VALUES FROM ('2025-04-29') TO ('2025-04-30');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250430 FOR VALUES FROM ('2025-04-30') TO ('2025-05-01');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250501 FOR VALUES FROM ('2025-05-01') TO ('2025-05-02');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250502 FOR VALUES FROM ('2025-05-02') TO ('2025-05-03');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_20250503 FOR VALUES FROM ('2025-05-03') TO ('2025-05-04');
ALTER TABLE ONLY public.event_keys ATTACH PARTITION public.event_keys_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250425 FOR VALUES FROM ('2025-04-25 00:00:00+00') TO ('2025-04-26 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250426 FOR VALUES FROM ('2025-04-26 00:00:00+00') TO ('2025-04-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250427 FOR VALUES FROM ('2025-04-27 00:00:00+00') TO ('2025-04-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250428 FOR VALUES FROM ('2025-04-28 00:00:00+00') TO ('2025-04-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250429 FOR VALUES FROM ('2025-04-29 00:00:00+00') TO ('2025-04-30 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250430 FOR VALUES FROM ('2025-04-30 00:00:00+00') TO ('2025-05-01 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250501 FOR VALUES FROM ('2025-05-01 00:00:00+00') TO ('2025-05-02 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_20250502 FOR VALUES FROM ('2025-05-02 00:00:00+00') TO ('2025-05-03 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_past FOR VALUES FROM (MINVALUE) TO ('2025-04-25 00:00:00+00');
ALTER TABLE ONLY public.ads ALTER COLUMN id SET DEFAULT nextval('public.ads_id_seq'::regclass);
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
COPY public.ads (id, image_url, target_url, title, video_url, video_type, video_width, video_height, duration_ms, active, starts_at, ends_at) FROM stdin;
1	https://a.example/1	https://b.example/1	Ad 1	\N	\N	\N	\N	15000	t	\N	\N
2	https://a.example/2	https://b.example/2	Ad 2	\N	\N	\N	\N	15000	t	\N	\N
\.
COPY public.event_counts (bucket, events, playback_seconds, bucket_seconds, ad_id, journal_id, kind) FROM stdin;
2024-04-20 10:00:00+00	1	30	3600	1	0	click
2024-04-20 10:00:00+00	1	30	60	1	0	click
2024-04-21 11:00:00+00	1	45	3600	2	0	click
2024-04-21 11:15:00+00	1	45	60	2	0	click
2024-04-21 00:00:00+00	1	45	86400	2	0	click
2024-04-20 00:00:00+00	1	30	86400	1	0	click
2025-04-25 03:57:00+00	5	90	60	1	1	click
2025-04-25 00:00:00+00	4	55	86400	2	1	click
2025-04-25 00:00:00+00	5	90	86400	1	1	click
2025-04-25 00:00:00+00	7	79	86400	2	1	impression
2025-04-25 00:00:00+00	9	123	86400	1	1	impression
2025-04-25 03:00:00+00	4	55	3600	2	1	click
2025-04-25 03:57:00+00	7	79	60	2	1	impression
2025-04-25 03:57:00+00	9	123	60	1	1	impression
2025-04-25 03:00:00+00	5	90	3600	1	1	click
2025-04-25 03:00:00+00	9	123	3600	1	1	impression
2025-04-25 03:57:00+00	4	55	60	2	1	click
2025-04-25 03:00:00+00	7	79	3600	2	1	impression
2031-05-05 12:00:00+00	1	10	60	2	2	impression
2031-05-05 00:00:00+00	1	10	86400	1	2	click
2031-05-05 12:00:00+00	1	10	3600	1	2	click
2031-05-05 23:00:00+00	1	10	3600	2	2	impression
2031-05-05 12:00:00+00	1	10	60	1	2	click
2031-05-05 00:00:00+00	2	20	86400	2	2	impression
2031-05-05 23:59:00+00	1	10	60	2	2	impression
2031-05-05 12:00:00+00	1	10	3600	2	2	impression
2024-05-01 00:00:00+00	1	12	60	2	0	click
2024-05-01 00:00:00+00	1	12	3600	2	0	click
2024-05-01 00:00:00+00	1	12	86400	2	0	click
2025-04-25 03:57:00+00	1	0	60	1	0	impression
2025-04-25 03:00:00+00	1	0	3600	1	0	impression
2025-04-25 00:00:00+00	1	0	86400	1	0	impression
\.
COPY public.event_keys_20250425 (day, ad_id, kind, event_id) FROM stdin;
2025-04-25	2	click	view-0
2025-04-25	2	click	view-3
2025-04-25	2	click	view-6
2025-04-25	2	impression	view-1
2025-04-25	2	impression	view-2
2025-04-25	2	impression	view-4
2025-04-25	2	impression	view-5
2025-04-25	2	impression	view-7
2025-04-25	2	impression	view-8
2025-04-25	1	impression	late-27
2025-04-25	2	impression	late-25
\.
COPY public.event_keys_20250426 (day, ad_id, kind, event_id) FROM stdin;
2025-04-26	2	click	view-0
2025-04-26	2	click	view-3
2025-04-26	2	click	view-6
2025-04-26	2	impression	view-1
2025-04-26	2	impression	view-2
2025-04-26	2	impression	view-4
2025-04-26	2	impression	view-5
2025-04-26	2	impression	view-7
2025-04-26	2	impression	view-8
2025-04-26	1	impression	late-27
2025-04-26	2	impression	late-25
\.
COPY public.event_keys_20250427 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250428 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250429 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250430 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250501 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250502 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_20250503 (day, ad_id, kind, event_id) FROM stdin;
\.
COPY public.event_keys_default (day, ad_id, kind, event_id) FROM stdin;
2031-05-05	1	click	a
2031-05-05	2	impression	c
2031-05-06	1	click	a
2031-05-06	2	impression	c
\.
COPY public.events_20250425 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
4	2025-04-25 03:57:30.971052+00	2	3	click	10.0.3.7	\N
5	2025-04-25 03:57:30.974101+00	2	9	click	10.0.9.7	\N
6	2025-04-25 03:57:30.977775+00	2	17	impression	10.0.17.7	\N
7	2025-04-25 03:57:30.975081+00	2	11	impression	10.0.11.7	\N
8	2025-04-25 03:57:30.970173+00	2	1	impression	10.0.1.7	\N
9	2025-04-25 03:57:30.97319+00	2	7	impression	10.0.7.7	\N
10	2025-04-25 03:57:30.976844+00	2	15	click	2001:db8::7	\N
11	2025-04-25 03:57:30.976025+00	2	13	impression	10.0.13.7	\N
12	2025-04-25 03:57:30.972296+00	2	5	impression	2001:db8::7	\N
13	2025-04-25 03:57:30.973685+00	1	8	impression	10.0.8.7	\N
14	2025-04-25 03:57:30.979119+00	1	20	impression	2001:db8::7	\N
15	2025-04-25 03:57:30.97644+00	1	14	impression	10.0.14.7	\N
16	2025-04-25 03:57:30.975585+00	1	12	click	10.0.12.7	\N
17	2025-04-25 03:57:30.980847+00	1	24	click	10.0.24.7	\N
18	2025-04-25 03:57:30.978257+00	1	18	click	10.0.18.7	\N
19	2025-04-25 03:57:30.970669+00	1	2	impression	10.0.2.7	\N
20	2025-04-25 03:57:30.979911+00	1	22	impression	10.0.22.7	\N
21	2025-04-25 03:57:30.974554+00	1	10	impression	2001:db8::7	\N
22	2025-04-25 03:57:30.972719+00	1	6	click	10.0.6.7	\N
23	2025-04-25 03:57:30.97179+00	1	4	impression	10.0.4.7	\N
24	2025-04-25 03:57:30.977243+00	1	16	impression	10.0.16.7	\N
25	2025-04-25 03:57:31.030744+00	2	25	impression	2001:db8::7	\N
26	2025-04-25 03:57:31.032148+00	1	27	impression	10.0.27.7	\N
27	2025-04-25 03:57:31.032642+00	2	28	click	10.0.28.7	\N
28	2025-04-25 03:57:31.033506+00	1	30	click	2001:db8::7	\N
1005	2025-04-25 03:57:31.134964+00	1	\N	impression	\N	\N
\.
COPY public.events_20250426 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250427 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250428 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250429 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250430 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250501 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_20250502 (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
\.
COPY public.events_default (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
3	\N	1	7	click	10.0.0.1	\N
504	2031-05-05 23:59:59.999999+00	2	10	impression	10.1.1.1	\N
505	2031-05-05 12:00:00+00	1	10	click	10.1.1.1	\N
506	2031-05-05 12:00:00+00	2	10	impression	10.1.1.1	\N
\.
COPY public.events_past (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text) FROM stdin;
1	2024-04-20 10:00:00+00	1	30	click	192.168.1.1	\N
2	2024-04-21 11:15:00.25+00	2	45	click	\N	not an address
1004	2024-05-01 00:00:00+00	2	12	click	\N	n/a
\.
COPY public.ingest_cursor (journal, journal_id, nonce, last_sequence, stored, duplicate, rejected, claimed_at, stored_at) FROM stdin;
79f7e808-6c96-417b-9135-9ab7aa19ec59	1	692f8c92-d2f8-45f2-99cd-a542a4544366	1099511627806	{9,16}	{1,2}	{2,0}	2025-04-25 03:57:30.903798+00	2025-04-25 03:57:31.042104+00
00000000-0000-4000-8000-000000000002	2	00000000-0000-4000-8000-00000000000b	8	{1,2}	{1,0}	{1,1}	2025-04-25 03:57:31.096449+00	2025-04-25 03:57:31.104451+00
\.
COPY public.rejected_events (id, journal, sequence, kind, ad_id, occurred_at, ip, video_playback_time, event_id, reason, rejected_at) FROM stdin;
1	79f7e808-6c96-417b-9135-9ab7aa19ec59	1099511627805	impression	3	2025-04-25 03:57:31.033119+00	10.0.29.7	29	late-29	unknown ad	2025-04-25 03:57:31.042104+00
2	79f7e808-6c96-417b-9135-9ab7aa19ec59	1099511627802	click	3	2025-04-25 03:57:31.031584+00	10.0.26.7	26	\N	unknown ad	2025-04-25 03:57:31.042104+00
3	00000000-0000-4000-8000-000000000002	4	click	99	2031-05-05 12:00:00+00	10.1.1.1	10	b	unknown ad	2025-04-25 03:57:31.099143+00
4	00000000-0000-4000-8000-000000000002	8	impression	1	2031-05-05 12:00:00+00	10.1.1.1	10	d	22P02: refused by a trigger	2025-04-25 03:57:31.104451+00
\.
COPY public.schema_migrations (version, name, checksum, applied_at) FROM stdin;
1	001_schema.sql	71ffc44aa2b6439a8f63b5b2503ade85d5bd94365eb48c411719e110f4658314	2025-04-25 03:57:30.826975+00
2	002_partitions.sql	60d8c22384cfc1701beda0ff66bf5959f5e03e29f4ca1d9745eb71473f5560f0	2025-04-25 03:57:30.826975+00
3	003_adopt_clicks.sql	35b7a97fd36a6c88524367d6c51c89e0fbf4731eb05dd44043d9149296e256c9	2025-04-25 03:57:30.826975+00
4	004_ingest.sql	a04de0bb5c48f920b0d12288b9a043ae995d4c1ec446ed2a94e3fdf121e6f964	2025-04-25 03:57:30.826975+00
5	005_analytics.sql	434329bd29bcfe830b7d26e7839bfbb73174cc67ed43eaaeae9b0950986a7bea	2025-04-25 03:57:30.826975+00
6	006_maintenance.sql	4176d9ff3ab95c0be87fdbac0d45a361881247a44388e43f14454aeb97b178ea	2025-04-25 03:57:30.826975+00
7	007_one_view_of_ads.sql	c3f3a1d4338b3ca9df6f78050d7b56095fc031602771e638784a4baade9c5d63	2025-04-25 03:57:30.826975+00
8	008_claim_again.sql	54ec372e794411649eab62990e26208ee3b029dc17ca03415a75c113f8d59134	2025-04-25 03:57:30.826975+00
9	009_views_that_count.sql	e4041a22b6fce3e7104c8145409d5a1572b44fbb8a5fdfcf885798d744bea310	2025-04-25 03:57:30.826975+00
10	010_retry_in_sets.sql	9fc35288cf07691789db8cdf625a931cfda27fb46428e3b1a5a82ce597029845	2025-04-25 03:57:30.826975+00
\.
SELECT pg_catalog.setval('public.ads_id_seq', 3, true);
SELECT pg_catalog.setval('public.events_id_seq', 1503, true);
SELECT pg_catalog.setval('public.ingest_cursor_journal_id_seq', 2, true);
SELECT pg_catalog.setval('public.rejected_events_id_seq', 4, true);
ALTER TABLE ONLY public.ads
    ADD CONSTRAINT ads_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_counts
    ADD CONSTRAINT event_counts_pkey PRIMARY KEY (bucket_seconds, bucket, ad_id, kind, journal_id);
ALTER TABLE ONLY public.event_keys
    ADD CONSTRAINT event_keys_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250425
    ADD CONSTRAINT event_keys_20250425_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250426
    ADD CONSTRAINT event_keys_20250426_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250427
    ADD CONSTRAINT event_keys_20250427_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250428
    ADD CONSTRAINT event_keys_20250428_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250429
    ADD CONSTRAINT event_keys_20250429_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250430
    ADD CONSTRAINT event_keys_20250430_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250501
    ADD CONSTRAINT event_keys_20250501_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250502
    ADD CONSTRAINT event_keys_20250502_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_20250503
    ADD CONSTRAINT event_keys_20250503_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.event_keys_default
    ADD CONSTRAINT event_keys_default_pkey PRIMARY KEY (day, ad_id, kind, event_id);
ALTER TABLE ONLY public.ingest_cursor
    ADD CONSTRAINT ingest_cursor_journal_id_key UNIQUE (journal_id);
ALTER TABLE ONLY public.ingest_cursor
    ADD CONSTRAINT ingest_cursor_pkey PRIMARY KEY (journal);
ALTER TABLE ONLY public.rejected_events
    ADD CONSTRAINT rejected_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE INDEX event_counts_journal ON public.event_counts USING btree (journal_id);
CREATE INDEX events_occurred_at ON ONLY public.events USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250425_occurred_at_idx ON public.events_20250425 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250426_occurred_at_idx ON public.events_20250426 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250427_occurred_at_idx ON public.events_20250427 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250428_occurred_at_idx ON public.events_20250428 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250429_occurred_at_idx ON public.events_20250429 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250430_occurred_at_idx ON public.events_20250430 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250501_occurred_at_idx ON public.events_20250501 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_20250502_occurred_at_idx ON public.events_20250502 USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_default_occurred_at_idx ON public.events_default USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_past_occurred_at_idx ON public.events_past USING brin (occurred_at) WITH (pages_per_range='32', autosummarize='on');
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250425_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250426_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250427_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250428_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250429_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250430_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250501_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250502_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_20250503_pkey;
ALTER INDEX public.event_keys_pkey ATTACH PARTITION public.event_keys_default_pkey;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250425_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250426_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250427_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250428_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250429_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250430_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250501_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_20250502_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_default_occurred_at_idx;
ALTER INDEX public.events_occurred_at ATTACH PARTITION public.events_past_occurred_at_idx;
CREATE TRIGGER add_it INSTEAD OF INSERT ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.insert_event('click');
CREATE TRIGGER add_it INSTEAD OF INSERT ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.insert_event('impression');
CREATE TRIGGER ads_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.ads FOR EACH STATEMENT EXECUTE FUNCTION public.notify_ads_changed();
CREATE TRIGGER refuse_it INSTEAD OF UPDATE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.refuse_update();
CREATE TRIGGER refuse_it INSTEAD OF UPDATE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.refuse_update();
CREATE TRIGGER take_it INSTEAD OF DELETE ON public.clicks FOR EACH ROW EXECUTE FUNCTION public.delete_event('click');
CREATE TRIGGER take_it INSTEAD OF DELETE ON public.impressions FOR EACH ROW EXECUTE FUNCTION public.delete_event('impression');
