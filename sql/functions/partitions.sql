-- One partition per day (UTC), made ahead of its day by the servers. What a partition is for is told by
-- its bounds, never by its name: that may be another one, or have been taken by somebody's own table.

-- The partitions of `p_table` but for the default one: which times each is for, from `first` to before
-- `past`. A date is the time at which it begins.
CREATE OR REPLACE FUNCTION partition_bounds(p_table text)
RETURNS TABLE (partition regclass, first timestamptz, past timestamptz)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
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
$$;

-- Makes the missing partitions of `p_table`, which is partitioned by `p_column`, for `p_days` days from
-- `p_first` on; rows in the default partition move. Returns how many it made. A day with more than
-- 500,000 rows in the default partition stays there: moving them would hold up others for too long. So
-- does one of which a part is another partition's.
CREATE OR REPLACE FUNCTION create_day_partitions(p_table text, p_column text, p_first date, p_days integer)
RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
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

-- Called by each server at its start and every hour, one server at a time: makes the partitions of the
-- days ahead and drops old keys and runs. Keys are kept for two weeks after their day, the day of the
-- event, so that a server cut off for as long still finds that another one has stored the same event;
-- runs for as long as a journal knows its past ones. How old a key is, the clock alone does not say: one
-- that has jumped ahead, as at a machine's start, would end all of them. So the newest key counts as well.
-- Its locks wait for readers, hence the short lock_timeout: others queue behind it.
CREATE OR REPLACE FUNCTION maintain() RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    v_today date := now()::date;
    v_made integer;
    v_newest date; -- of the keys, but for those ahead of the clock
    v_old regclass;
    v_is_old boolean;
BEGIN
    IF NOT pg_try_advisory_xact_lock(lock_key('maintain')) THEN
        RETURN 0;
    END IF;
    v_made := create_day_partitions('events', 'occurred_at', v_today, 8)
            + create_day_partitions('event_keys', 'day', v_today, 9);
    v_newest := coalesce((SELECT max(day) FROM event_keys WHERE day <= v_today), v_today);
    FOR v_old, v_is_old IN SELECT partition, past <= v_newest - 15 FROM partition_bounds('event_keys')
                           WHERE past <= v_today - 15 LOOP
        IF NOT v_is_old THEN
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', v_old) INTO v_is_old;
        END IF;
        CONTINUE WHEN NOT v_is_old;
        BEGIN
            EXECUTE format('DROP TABLE %s', v_old);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            RAISE WARNING 'the old keys of % stay: %', v_old, SQLERRM;
        END;
    END LOOP;
    DELETE FROM event_keys WHERE day < v_newest - 400; -- of events that came even later: few
    PERFORM forget_runs(now() - interval '100 days');
    RETURN v_made;
END
$$;
