-- The lanes distributed over the nodes of a Citus cluster, which this database coordinates: each lane lies on a worker,
-- whole, and what is done to it is done there. Ads stay here; a list of their ids is at every node.

-- Keeps the list as the ads are: a batch looks there, wherever it is.
CREATE OR REPLACE FUNCTION note_ad_ids() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_gone integer[];
    v_new integer[];
BEGIN
    v_gone := ARRAY(SELECT i.id FROM ad_ids i EXCEPT SELECT a.id FROM ads a);
    v_new := ARRAY(SELECT a.id FROM ads a EXCEPT SELECT i.id FROM ad_ids i);
    IF cardinality(v_gone) > 0 THEN
        DELETE FROM ad_ids WHERE id = ANY (v_gone);
    END IF;
    IF cardinality(v_new) > 0 THEN
        INSERT INTO ad_ids (id) SELECT unnest(v_new) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION note_ad_ids() FROM PUBLIC;

-- The distributed tables, and the functions that Citus hands on to the node of the lane that is their first argument.
CREATE OR REPLACE FUNCTION lane_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY['marks', 'lanes', 'ingest_cursor', 'ingest_runs', 'placements', 'events', 'event_keys', 'counts_minute',
             'counts_late', 'counts', 'rejected_events'];

CREATE OR REPLACE FUNCTION lane_functions() RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY['ingest_batch', 'ingest_text', 'import_batch', 'import_text', 'claim_lane', 'import_position',
             'close_minutes', 'roll_up', 'fold_late', 'expire_addresses', 'stop_lane'];

-- Why the lanes cannot be distributed; null where they can be.
CREATE OR REPLACE FUNCTION citus_fault() RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_workers bigint;
    v_faults text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        RETURN 'this is a plain PostgreSQL: CREATE EXTENSION citus here and on the workers, then citus_add_node() each';
    ELSIF is_distributed() THEN
        RETURN 'the lanes are distributed already';
    ELSIF (SELECT g.groupid FROM pg_dist_local_group g) <> 0 THEN
        RETURN 'this node is a worker: the coordinator distributes';
    ELSIF to_regclass('before_positions') IS NOT NULL THEN
        RETURN 'what an older version has stored is still being brought over: wait until the log says that it is';
    ELSIF (SELECT relkind FROM pg_class WHERE oid = to_regclass('ads')) <> 'r' THEN
        RETURN 'ads is no table of its own here: the workers must know its ids';
    END IF;
    SELECT count(*) INTO v_workers FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary' AND isactive;
    IF v_workers = 0 THEN
        RETURN 'the cluster has no workers: citus_add_node()';
    ELSIF NOT EXISTS (SELECT 1 FROM pg_dist_node WHERE groupid = 0) THEN
        RETURN 'the workers do not know this node: citus_set_coordinator_host()';
    END IF;
    SELECT string_agg(format('%s:%s: %s', nodename, nodeport, result), '; ') INTO v_faults
    FROM run_command_on_workers($q$SELECT concat_ws(' ',
        'default_transaction_isolation=' || nullif(current_setting('default_transaction_isolation'), 'read committed'),
        'TimeZone=' || CASE WHEN current_setting('TimeZone') NOT IN ('UTC', 'Etc/UTC', 'GMT') THEN
                            current_setting('TimeZone') END)$q$)
    WHERE NOT success OR result <> '';
    IF v_faults IS NOT NULL THEN
        RETURN 'workers must be read committed, and their TimeZone UTC: ' || v_faults;
    END IF;
    RETURN NULL;
END
$$;

-- What the functions and views need beside: every function is at every node. Those that are made when the cluster is
-- there already are taken to the nodes by Citus, the others here; one that it hands on is told by its first argument.
-- No row of a view over distributed tables can be deleted: without triggers PostgreSQL says so. Returns how many are
-- handed on.
CREATE OR REPLACE FUNCTION adapt_to_citus() RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_name text;
    v_signature regprocedure;
    v_is_handed_on boolean;
    v_count bigint := 0;
BEGIN
    FOREACH v_name IN ARRAY ARRAY['clicks', 'impressions'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', v_name || '_delete', v_name);
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', v_name || '_reject_update', v_name);
    END LOOP;
    -- It takes the lock_timeout to the nodes; where nobody knows it, only a superuser may set it.
    ALTER FUNCTION drop_partition(regclass) SET citus.propagate_set_commands = 'local';
    FOR v_signature, v_is_handed_on IN
        SELECT p.oid, p.proname = ANY (lane_functions()) AND p.proargnames[1] = 'p_lane'
        FROM pg_proc p LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND d.objid IS NULL
          AND p.prorettype <> 'trigger'::regtype
          AND ('search_path=' || current_setting('search_path') = ANY (p.proconfig) OR p.prosqlbody IS NOT NULL
               OR p.prokind = 'a')
        ORDER BY p.prokind = 'a', p.oid
    LOOP
        IF v_is_handed_on THEN
            PERFORM create_distributed_function(v_signature, 'p_lane', colocate_with => 'marks');
            v_count := v_count + 1;
        ELSE
            PERFORM create_distributed_function(v_signature);
        END IF;
    END LOOP;
    RETURN v_count;
END
$$;

-- Distributes an empty or filled database over the workers, p_shards parts of it, and says what it did. Batches wait
-- meanwhile. Refused in words where it cannot be.
CREATE OR REPLACE FUNCTION enable_citus(p_shards integer DEFAULT 32) RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_fault text := citus_fault();
    v_table text;
    v_functions bigint;
BEGIN
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION '%', v_fault USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true),
            set_config('citus.shard_count', p_shards::text, true),
            set_config('client_min_messages', 'warning', true);
    LOCK TABLE lanes, marks, ingest_cursor IN ACCESS EXCLUSIVE MODE;
    PERFORM empty_report_views(); -- for each column that a view reads Citus looks through all that the view needs
    FOREACH v_table IN ARRAY lane_tables() LOOP
        PERFORM create_distributed_table(v_table, 'lane',
                                         colocate_with => CASE v_table WHEN 'marks' THEN 'none' ELSE 'marks' END);
    END LOOP;
    CREATE TABLE ad_ids (id integer PRIMARY KEY);
    EXECUTE format('ALTER TABLE ad_ids OWNER TO %s', (SELECT relowner::regrole FROM pg_class
                                                      WHERE oid = 'lanes'::regclass));
    PERFORM create_reference_table('ad_ids');
    INSERT INTO ad_ids (id) SELECT id FROM ads WHERE id IS NOT NULL ON CONFLICT DO NOTHING;
    CREATE OR REPLACE TRIGGER ads_noted AFTER INSERT OR UPDATE OF id OR DELETE OR TRUNCATE ON ads
        FOR EACH STATEMENT EXECUTE FUNCTION note_ad_ids();
    PERFORM note_distribution();
    v_functions := adapt_to_citus();
    PERFORM make_report_views();
    RETURN format('%s tables are distributed by lane in %s shards over %s workers, %s functions are handed on to them',
                  cardinality(lane_tables()), p_shards,
                  (SELECT count(*) FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary' AND isactive),
                  v_functions);
END
$$;
