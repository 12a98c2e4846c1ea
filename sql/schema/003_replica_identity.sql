-- Tables without a key get the whole row as their identity: where a publication is for all tables
-- (change data capture), a DELETE is refused without one (55000). Each partition has its own.

DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN SELECT relid FROM pg_partition_tree('events')
                   UNION ALL SELECT 'schema_functions'::regclass LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', v_table);
    END LOOP;
END
$$;
