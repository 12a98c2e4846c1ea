-- One partition per day (UTC), made ahead of its day by the servers. What a partition is for is told by
-- its bounds, never by its name: that may be another one, or have been taken by somebody's own table.

-- A bound's last value as a time: of event_keys, the time that the key begins with.
CREATE OR REPLACE FUNCTION bound_time(p_bound text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
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

-- The partitions of `p_table` but for the default one: which times each is for, from `first` to before
-- `past`, and of events whether of the late ones.
CREATE OR REPLACE FUNCTION partition_bounds(p_table text)
RETURNS TABLE (partition regclass, is_late boolean, first timestamptz, past timestamptz)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
    RETURN QUERY
    SELECT p.oid::regclass, bounds[1] LIKE 'true, %', bound_time(bounds[1]), bound_time(bounds[2])
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid,
         regexp_match(pg_get_expr(p.relpartbound, p.oid),
                      '^FOR VALUES FROM [(](.+)[)] TO [(](.+)[)]$') AS bounds
    WHERE i.inhparent = quote_ident(p_table)::regclass AND bounds IS NOT NULL;
END
$$;

-- The partition of what no other one is for; null: there is none.
CREATE OR REPLACE FUNCTION default_partition(p_table text) RETURNS regclass
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT nullif(partdefid, 0) FROM pg_partitioned_table WHERE partrelid = quote_ident(p_table)::regclass);
END
$$;

-- A name that is free, of a table and of its type.
CREATE OR REPLACE FUNCTION free_name(p_name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
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

-- A day's bound of a table as it stands in its partitions' definitions.
CREATE OR REPLACE FUNCTION day_bound(p_table text, p_is_late boolean, p_day date) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
    RETURN CASE p_table WHEN 'event_keys' THEN quote_literal(key_from(p_day))
                        WHEN 'events' THEN format('%L, %L', p_is_late, p_day::timestamptz)
                        ELSE quote_literal(p_day::timestamptz) END;
END
$$;

-- The partition of distributed ones (Citus): it is made as such, while rows of the default one that are to move, which
-- p_where tells (null: none), lie in a table of this node's.
CREATE OR REPLACE FUNCTION make_distributed_partition(p_table text, p_name text, p_default regclass, p_where text,
                                                      p_from text, p_to text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_where IS NOT NULL THEN
        EXECUTE format('CREATE TEMPORARY TABLE moved_rows ON COMMIT DROP AS SELECT * FROM %s WHERE %s', p_default,
                       p_where);
        EXECUTE format('DELETE FROM %s WHERE %s', p_default, p_where);
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', p_name, p_table, p_from, p_to);
    IF p_where IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I SELECT * FROM moved_rows', p_table);
        DROP TABLE moved_rows;
    END IF;
END
$$;

-- Drops a partition, and returns whether it did: not where something of somebody's hangs on it.
CREATE OR REPLACE FUNCTION drop_partition(p_partition regclass) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SET LOCAL lock_timeout = '500ms';
    EXECUTE format('DROP TABLE %s', p_partition);
    RETURN true;
EXCEPTION WHEN dependent_objects_still_exist THEN
    RAISE WARNING 'the old partition % stays: %', p_partition, SQLERRM;
    RETURN false;
END
$$;

-- Makes the partition of a day, unless a part of the day is another partition's; rows in the default one
-- move. Returns whether it did. A day with more than 500,000 rows in the default partition stays there:
-- moving them would hold up others for too long. The parent is locked first, and no other table in the
-- same transaction: two that make partitions would deadlock with batches otherwise. Where it makes none it
-- locks nothing; it waits a moment only: batches queue behind it.
CREATE OR REPLACE FUNCTION make_partition(p_table text, p_is_late boolean, p_day date) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '500ms'
AS $$
DECLARE
    v_default regclass := default_partition(p_table);
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
    IF is_distributed() THEN -- from the first statement on, or no table is made in this transaction
        PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true),
                set_config('citus.max_adaptive_executor_pool_size', '1', true);
    END IF;
    IF v_default IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT 500001) AS r', v_default, v_of_day)
        INTO v_rows;
        IF v_rows > 500000 THEN
            RAISE WARNING 'the rows of % stay in %: there are too many to move', p_day, v_default;
            RETURN false;
        END IF;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', p_table);
    IF v_default IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %s)', v_default, v_of_day) INTO v_has_rows;
    END IF;
    v_name := free_name(v_name);
    IF is_distributed() THEN
        PERFORM make_distributed_partition(p_table, v_name, v_default, CASE WHEN v_has_rows THEN v_of_day END, v_from,
                                           v_to);
    ELSE
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name, p_table);
    END IF;
    IF p_table = 'counts_minute' THEN
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 60)', v_name);
    ELSIF p_table = 'events' THEN -- a DELETE is refused without one where all tables are published
        EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', v_name);
    END IF;
    IF v_has_rows AND NOT is_distributed() THEN
        EXECUTE format('WITH moved AS (DELETE FROM %s WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       v_default, v_of_day, v_name);
    END IF;
    IF p_table = 'events' THEN
        EXECUTE format(CASE WHEN p_is_late THEN 'CREATE INDEX %2$I ON %1$I (occurred_at)'
                            ELSE 'CREATE INDEX %2$I ON %1$I USING brin (occurred_at) '
                                 'WITH (pages_per_range = 32, autosummarize = on)' END,
                       v_name, free_name(v_name || '_at'));
    END IF;
    IF NOT is_distributed() THEN
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', p_table, v_name, v_from,
                       v_to);
    END IF;
    RETURN true;
END
$$;

-- The days that have partitions.
CREATE OR REPLACE FUNCTION wanted_partitions(p_today date)
RETURNS TABLE (parent text, is_late boolean, day date)
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY
    SELECT w.parent, w.is_late, p_today + n
    FROM (VALUES ('events', false, -15, 7), ('events', true, -15, 7), ('event_keys', false, -15, 16),
                 ('counts_minute', false, -2, 7)) AS w (parent, is_late, first, last),
         generate_series(w.first, w.last) AS n;
END
$$;

-- Those of them of whose day there is not even a part, in the order in which they are to be made. All bounds are read
-- once: there may be thousands.
CREATE OR REPLACE FUNCTION missing_partitions(p_today date)
RETURNS TABLE (parent text, is_late boolean, day date)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
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

-- Called by each server at its start and every hour, one server at a time, again while it returns true:
-- makes one partition of the days ahead, or drops one that is over: keys 30 days after their end, minutes
-- a day after they are no longer read; then old runs; then what is older than p_retention_days (0: nothing is)
-- of the events, once none of an older version is left to come. Its locks wait for readers, hence the short
-- lock_timeout: others queue behind it.
CREATE OR REPLACE FUNCTION maintain(p_now timestamptz DEFAULT now(), p_retention_days integer DEFAULT 0)
RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET lock_timeout = '500ms' AS $$
DECLARE
    v_today date := p_now::date;
    v_time timestamptz; -- that drops go by
    v_lane smallint;
    v_missing record;
    v_old record;
BEGIN
    IF p_retention_days <> 0 AND p_retention_days < 16 THEN -- events of 14 days ago still come
        RAISE EXCEPTION 'events are kept for 16 days at least, or for ever (0)'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF p_retention_days > 0 THEN -- another that is at it may keep events for longer
        PERFORM pg_advisory_xact_lock(lock_key('maintain'));
    ELSIF NOT pg_try_advisory_xact_lock(lock_key('maintain')) THEN
        RETURN false;
    END IF;
    FOR v_missing IN SELECT * FROM missing_partitions(v_today) LOOP
        IF make_partition(v_missing.parent, v_missing.is_late, v_missing.day) THEN
            RETURN true;
        END IF;
    END LOOP;

    FOREACH v_lane IN ARRAY ARRAY(SELECT lane FROM lanes) LOOP
        v_time := least(v_time, maintenance_time(v_lane, p_now));
    END LOOP;
    UPDATE marks m SET at = bucket_start('1 day', least(v_time - interval '48 hours', r.at)) -- minutes_from
    FROM marks r WHERE v_time IS NOT NULL AND m.mark = 5 AND r.mark = 1 AND r.lane = m.lane
      AND m.at < bucket_start('1 day', least(v_time - interval '48 hours', r.at));
    FOR v_old IN
        SELECT partition FROM partition_bounds('event_keys') WHERE past <= v_time - interval '30 days'
        UNION ALL
        SELECT partition FROM partition_bounds('counts_minute')
        WHERE past <= v_time - interval '72 hours' AND past <= (SELECT min(at) FROM marks WHERE mark = 5)
    LOOP
        IF drop_partition(v_old.partition) THEN
            RETURN true;
        END IF;
    END LOOP;
    FOREACH v_lane IN ARRAY ARRAY(SELECT lane FROM lanes) LOOP
        PERFORM forget_runs(v_lane, v_time - interval '100 days');
    END LOOP;
    IF p_retention_days > 0 AND to_regclass('before_events') IS NULL THEN
        RETURN forget_events(v_time - p_retention_days * interval '1 day');
    END IF;
    RETURN false;
END
$$;

-- Summarizes what has come to the indexes of today's events: autovacuum comes by once a minute, and until then a
-- question about a moment reads all of what is new. Returns false: there is no more.
CREATE OR REPLACE FUNCTION summarize_events(p_now timestamptz DEFAULT now()) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
    v_index regclass;
    v_table regclass;
BEGIN
    FOR v_index IN
        SELECT i.indexrelid FROM partition_bounds('events') AS b JOIN pg_index i ON i.indrelid = b.partition
        JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
        WHERE a.amname = 'brin' AND NOT b.is_late AND b.past > p_now - interval '1 hour' AND b.first <= p_now
    LOOP
        IF is_distributed() THEN
            SELECT indrelid INTO v_table FROM pg_index WHERE indexrelid = v_index;
            PERFORM run_command_on_shards(v_table, $sql$
                SELECT sum(brin_summarize_new_values(i.indexrelid)) FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                WHERE i.indrelid = '%s'::regclass AND a.amname = 'brin' $sql$);
        ELSE
            PERFORM brin_summarize_new_values(v_index);
        END IF;
    END LOOP;
    RETURN false;
EXCEPTION WHEN lock_not_available THEN
    RETURN false; -- autovacuum is at it
END
$$;
