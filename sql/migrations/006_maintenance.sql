-- Maintenance that always comes to its end: the counts of quiet journals are folded apart from it, a default partition
-- that has grown large stays as it is, and the keys of an event_id stay for as long as a server may be cut off.

CREATE INDEX event_counts_journal ON event_counts (journal_id);

-- As before, but a day of which the default partition has more than 500,000 rows stays there: moving them would take
-- longer than whoever waits for it has.
CREATE OR REPLACE FUNCTION create_day_partitions(p_table text, p_column text, p_first date, p_days integer)
RETURNS integer
LANGUAGE plpgsql AS $$
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

-- As before, but for the counts; and the keys of a day stay for two weeks. They are those of the events' day: a server that
-- was cut off for as long still finds that another one has stored the same event.
CREATE OR REPLACE FUNCTION maintain() RETURNS integer
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
                   AND inhrelid::regclass::text < to_char(v_today - 15, '"event_keys_"YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %s', v_old);
    END LOOP;
    DELETE FROM event_keys_default WHERE day < v_today - 400; -- events that came later still: few
    RETURN v_made;
END
$$;

DROP FUNCTION fold_counts(timestamptz);

-- Moves counts of journals that have stored nothing since `p_before` to journal 0, `p_rows` of them at most: it runs on the
-- connection that the ingest waits for. Returns how many it moved. A count that its journal, awake again, is just adding
-- to stays where it is. A journal without counts costs a look into the index, whatever the planner thinks it has.
CREATE FUNCTION fold_counts(p_before timestamptz, p_rows integer DEFAULT 50000) RETURNS integer
LANGUAGE plpgsql SET enable_seqscan = off AS $$
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
