-- Makes is_distributed(): whether the lanes are distributed over the nodes of a cluster (Citus), as a constant, which
-- costs nothing.
CREATE OR REPLACE FUNCTION note_distribution() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_is_distributed boolean := false;
BEGIN
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = ''marks''::regclass)'
        INTO v_is_distributed;
    END IF;
    EXECUTE format('CREATE OR REPLACE FUNCTION is_distributed() RETURNS boolean '
                   'LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s', v_is_distributed::text);
END
$$;

DO $$
BEGIN
    PERFORM note_distribution();
END
$$;
