-- Lanes: each with a cursor for each journal, keys, counts and marks of its own.

-- Whether this node has the lane, so that its locks exclude whoever they are to: on one PostgreSQL, yes.
CREATE OR REPLACE FUNCTION lane_is_here(p_lane smallint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT is_distributed() THEN
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT 1 FROM pg_dist_placement p, pg_dist_local_group g WHERE p.groupid = g.groupid
                   AND p.shardid = get_shard_id_for_distribution_column('marks', p_lane));
END
$$;

-- Every function whose locks are those of a lane begins with it. Error: VA003, a distributed lane lies on another
-- node: Citus hands a call on to it only where it is a statement by itself.
CREATE OR REPLACE FUNCTION require_lane(p_lane smallint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT lane_is_here(p_lane) THEN
        RAISE EXCEPTION 'lane % lies on another node: call this by itself, in no transaction block', p_lane
            USING ERRCODE = 'VA003';
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the transaction must be READ COMMITTED, not %',
            upper(current_setting('transaction_isolation')) USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

-- Keeps the minutes of the lane from being closed until the end of the transaction, and returns up to
-- where they are. The mark is read by a statement of its own: the one that waits would see the old one.
-- Error: VA003, the number of lanes is another one than the batch was built for.
CREATE OR REPLACE FUNCTION enter_lane(p_lane smallint, p_lanes smallint) RETURNS timestamptz
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_lanes smallint;
    v_closed timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_key('lane ' || p_lane));
    SELECT l.lanes, m.at INTO v_lanes, v_closed
    FROM lanes l JOIN marks m ON m.lane = l.lane AND m.mark = 0 WHERE l.lane = p_lane;
    IF v_closed IS NULL THEN
        RAISE EXCEPTION 'lane % has no marks', p_lane;
    END IF;
    IF v_lanes <> p_lanes THEN
        RAISE EXCEPTION 'the database has % lanes, the batch was built for %', v_lanes, p_lanes
            USING ERRCODE = 'VA003';
    END IF;
    RETURN v_closed;
END
$$;

-- The lane of an event; p_sequence is that of its journal.
CREATE OR REPLACE FUNCTION lane_of(p_key uuid, p_sequence bigint, p_lanes integer) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN (CASE WHEN p_key IS NULL THEN p_sequence
             ELSE ('x' || right(p_key::text, 8))::bit(32)::bigint END % p_lanes)::smallint;
