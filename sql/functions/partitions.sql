-- One partition per day (UTC), made ahead of its day by the servers.

-- Makes the missing partitions of `p_table`, which is partitioned by `p_column`, for `p_days` days from
-- `p_first` on; rows in the default partition move. Returns how many it made. A day with more than
-- 500,000 rows in the default partition stays there: moving them would hold up others for too long.
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

-- Called by each server at its start and every hour, one server at a time: makes the partitions of the
-- days ahead and drops old keys and runs. Keys are kept for two weeks after their day, the day of the
-- event, so that a server cut off for as long still finds that another one has stored the same event;
-- runs for as long as a journal knows its past ones. Its locks wait for readers, hence the short
-- lock_timeout: others queue behind it.
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
    DELETE FROM event_keys_default WHERE day < v_today - 400; -- of events that came even later: few
    PERFORM forget_runs(now() - interval '100 days');
    RETURN v_made;
END
$$;
