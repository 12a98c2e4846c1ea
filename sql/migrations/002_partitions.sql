-- A partition a day, made ahead of its day by the servers; days are UTC.

-- Makes the partitions of `p_table`, which is partitioned by `p_column`, for `p_days` days from `p_first` on, where they
-- are missing. Rows of such a day that went into the default partition move. Returns how many it made.
CREATE FUNCTION create_day_partitions(p_table text, p_column text, p_first date, p_days integer)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_day date;
    v_name text;
    v_from text;
    v_to text;
    v_made integer := 0;
BEGIN
    FOR v_day IN SELECT p_first + n FROM generate_series(0, p_days - 1) AS n LOOP
        v_name := p_table || to_char(v_day, '_YYYYMMDD');
        CONTINUE WHEN to_regclass(quote_ident(v_name)) IS NOT NULL;
        v_from := to_char(v_day, 'YYYY-MM-DD 00:00:00+00');
        v_to := to_char(v_day + 1, 'YYYY-MM-DD 00:00:00+00');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                       v_name, p_table);
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', p_table || '_default');
        EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *)
                        INSERT INTO %I SELECT * FROM moved',
                       p_table || '_default', p_column, v_from, p_column, v_to, v_name);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       p_table, v_name, v_from, v_to);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END
$$;

-- What each server asks for at its start and every hour: partitions for the days ahead, keys of days
-- gone by dropped, counts of journals long quiet folded into journal 0. One server at a time.
-- Its locks wait for readers: it gives up early rather than hold up those who wait behind it.
CREATE FUNCTION maintain() RETURNS integer
LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
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
                   AND inhrelid::regclass::text < to_char(v_today - 2, '"event_keys_"YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %s', v_old);
    END LOOP;
    DELETE FROM event_keys_default WHERE day < v_today - 2;
    PERFORM fold_counts(now() - interval '7 days');
    RETURN v_made;
END
$$;

-- Moves the counts of journals that have stored nothing since `p_before` to journal 0.
CREATE FUNCTION fold_counts(p_before timestamptz) RETURNS void
LANGUAGE sql AS $$
    WITH quiet AS (
        DELETE FROM event_counts c USING ingest_cursor i
        WHERE c.journal_id = i.journal_id AND i.stored_at < p_before
        RETURNING c.*
    )
    INSERT INTO event_counts AS c (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT bucket_seconds, bucket, ad_id, kind, 0, sum(events), sum(playback_seconds)
    FROM quiet GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds
$$;

DO $$
DECLARE
    v_today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    EXECUTE format('CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (MINVALUE) TO (%L)',
                   to_char(v_today, 'YYYY-MM-DD 00:00:00+00'));
    PERFORM create_day_partitions('events', 'occurred_at', v_today, 8);
    PERFORM create_day_partitions('event_keys', 'day', v_today, 9);
END
$$;
