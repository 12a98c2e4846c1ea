-- What becomes of viewers' addresses that are kept for some time only, or are to be forgotten. Nothing is
-- counted by them, so the counts stay as they are.

-- The addresses of events that are about to be stored: not of those that happened before addresses are kept.
CREATE OR REPLACE FUNCTION kept_addresses(p_lane smallint, p_times timestamptz[], p_addresses inet[]) RETURNS inet[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_from timestamptz := (SELECT m.at FROM marks m WHERE m.lane = p_lane AND m.mark = 7);
BEGIN
    IF p_addresses IS NULL OR coalesce(v_from <= ALL (p_times), true) THEN
        RETURN p_addresses;
    END IF;
    RETURN ARRAY(SELECT CASE WHEN e.at >= v_from THEN e.address END
                 FROM unnest(p_times, p_addresses) WITH ORDINALITY AS e (at, address, n) ORDER BY e.n);
END
$$;

-- A reason without the address of its event, which the words of a trigger may hold.
CREATE OR REPLACE FUNCTION without_address(p_reason text, p_address inet) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN coalesce(replace(p_reason, host(p_address), '(address)'), p_reason);
END
$$;

-- Moves mark 7 of the lane to the beginning of p_time's day; it never goes back. Whoever has read the old mark
-- and still stores is waited for, a moment only, since others queue behind us: then no more addresses come from
-- before the mark. Batches hold the lane, and who stores without them the mark itself. Returns whether it has moved.
CREATE OR REPLACE FUNCTION move_addresses_from(p_lane smallint, p_time timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
    v_from timestamptz := bucket_start('1 day', p_time);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM marks m WHERE m.lane = p_lane AND m.mark = 7 AND m.at < v_from) THEN
        RETURN false;
    END IF;
    PERFORM 1 FROM marks m WHERE m.lane = p_lane AND m.mark = 7 FOR UPDATE;
    PERFORM pg_advisory_xact_lock(lock_key('lane ' || p_lane));
    UPDATE marks m SET at = v_from WHERE m.lane = p_lane AND m.mark = 7 AND m.at < v_from;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false; -- the next call does it
END
$$;

-- Takes the addresses of before p_from out of some pages of a partition, from p_page on, and passes over those
-- that have none. Returns the page that is next; null: it is through, or there is no such partition. Rows without a
-- time count as old: they were adopted. What it writes comes to lie further on, where it is found without an address.
-- No call reads more pages than its own, also of a lane without rows.
CREATE OR REPLACE FUNCTION clear_pages(p_lane smallint, p_partition regclass, p_from timestamptz, p_page bigint,
                                       p_pages integer) RETURNS bigint
LANGUAGE plpgsql STRICT SET search_path FROM CURRENT AS $$
DECLARE
    v_heap regclass := p_partition; -- where its rows of the lane lie
    v_past bigint;
    v_rows bigint;
BEGIN
    IF is_distributed() THEN
        v_heap := shard_name(p_partition, get_shard_id_for_distribution_column(p_partition, p_lane));
    END IF;
    v_past := pg_relation_size(v_heap) / current_setting('block_size')::bigint;
    FOR n IN 1..32 LOOP
        EXECUTE format('UPDATE %s SET ip = NULL, ip_text = NULL WHERE lane = $1 AND ctid >= $2 AND ctid < $3 '
                       'AND (ip IS NOT NULL OR ip_text IS NOT NULL) AND (occurred_at < $4 OR occurred_at IS NULL)',
                       p_partition)
        USING p_lane, format('(%s,0)', p_page)::tid, format('(%s,0)', p_page + p_pages)::tid, p_from;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        p_page := p_page + p_pages;
        IF p_page >= v_past THEN
            RETURN NULL;
        END IF;
        EXIT WHEN v_rows > 0;
    END LOOP;
    RETURN p_page;
END
$$;

-- The same of rejected events, behind the id p_after. Returns the last one that it has looked at; null: there
-- are no more.
CREATE OR REPLACE FUNCTION clear_rejected(p_lane smallint, p_from timestamptz, p_after bigint, p_rows integer)
RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_last bigint;
BEGIN
    SELECT max(r.id) INTO v_last FROM (SELECT e.id FROM rejected_events e WHERE e.lane = p_lane AND e.id > p_after
                                       ORDER BY e.id LIMIT p_rows) AS r;
    UPDATE rejected_events e SET ip = NULL, reason = without_address(e.reason, e.ip)
    WHERE e.lane = p_lane AND e.id > p_after AND e.id <= v_last AND e.ip IS NOT NULL AND e.occurred_at < p_from;
    RETURN v_last;
END
$$;

-- The next time behind p_time at which a partition of events begins or ends; null: there is none.
CREATE OR REPLACE FUNCTION next_bound(p_time timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT min(CASE WHEN b.first > p_time THEN b.first ELSE b.past END)
            FROM partition_bounds('events') AS b WHERE b.past > p_time);
END
$$;

-- The next step of forgetting the addresses of what happened before the day of p_time, and whether there is one:
-- first mark 7 moves, in a transaction of its own; then mark 8 follows, some pages in each call: in the default
-- partition, whose rows may move to one of the others meanwhile, then from one bound of a partition to the next.
-- Mark 7 moves on once all of that is done. It locks rows that nobody else writes, and neither tables nor lanes.
-- Where another session is at it, there is nothing to do; wherever it is killed, it goes on with the same pages.
CREATE OR REPLACE FUNCTION forget_addresses(p_lane smallint, p_time timestamptz, p_pages integer DEFAULT 128)
RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_from timestamptz;
    v_mark marks%ROWTYPE;
    v_next bigint;
BEGIN
    PERFORM require_lane(p_lane);
    IF NOT pg_try_advisory_xact_lock(lock_key('addresses ' || p_lane)) THEN
        RETURN false;
    END IF;
    SELECT * INTO v_mark FROM marks m WHERE m.lane = p_lane AND m.mark = 8;
    IF v_mark.dimension < 0 AND move_addresses_from(p_lane, p_time) THEN
        RETURN true;
    END IF;
    SELECT m.at INTO v_from FROM marks m WHERE m.lane = p_lane AND m.mark = 7;
    IF v_mark.dimension < 0 AND v_mark.at >= v_from THEN
        RETURN false;
    END IF;

    v_mark.dimension := greatest(v_mark.dimension, 0);
    IF v_mark.dimension = 0 THEN
        v_next := clear_pages(p_lane, default_partition('events'), v_from, v_mark.key, p_pages);
    ELSIF v_mark.dimension < 3 THEN
        v_next := clear_pages(p_lane, (SELECT b.partition FROM partition_bounds('events') AS b
                                       WHERE b.is_late = (v_mark.dimension = 2)
                                         AND b.first <= v_mark.at AND b.past > v_mark.at),
                              v_from, v_mark.key, p_pages);
    ELSE
        v_next := clear_rejected(p_lane, v_from, v_mark.key, p_pages * 64);
    END IF;

    v_mark.key := coalesce(v_next, 0);
    IF v_next IS NULL AND v_mark.dimension = 2 THEN
        v_mark.at := least(v_from, next_bound(v_mark.at));
        v_mark.dimension := CASE WHEN v_mark.at < v_from THEN 1 ELSE 3 END;
    ELSIF v_next IS NULL THEN
        v_mark.dimension := CASE WHEN v_mark.dimension < 3 THEN v_mark.dimension + 1 ELSE -1 END;
    END IF;
    UPDATE marks m SET at = v_mark.at, dimension = v_mark.dimension, key = v_mark.key
    WHERE m.lane = p_lane AND m.mark = 8;
    RETURN true;
END
$$;

-- Called by each server for each lane, again while it returns true: addresses are kept for p_days (0: for ever).
-- What an older version has stored has to be brought over first.
CREATE OR REPLACE FUNCTION expire_addresses(p_lane smallint, p_days integer, p_now timestamptz DEFAULT now())
RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_lane(p_lane);
    IF p_days = 0 OR to_regclass('before_positions') IS NOT NULL THEN
        RETURN false;
    END IF;
    RETURN forget_addresses(p_lane, maintenance_time(p_lane, p_now) - p_days * interval '24 hours');
END
$$;

-- Whether a text that is no plain address, as an adopted click has it, names one of the network.
CREATE OR REPLACE FUNCTION text_names(p_text text, p_network inet) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_part text;
BEGIN
    FOREACH v_part IN ARRAY regexp_split_to_array(p_text, '[^0-9A-Fa-f:.]+') LOOP
        IF plain_address(inet_or_null(v_part)) <<= p_network
           OR plain_address(inet_or_null(regexp_replace(v_part, '^([0-9.]+):[0-9]+$', '\1'))) <<= p_network THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;

-- The IPv4 address, or network, inside one that is mapped into IPv6; any other as it is.
CREATE OR REPLACE FUNCTION plain_address(p_address inet) RETURNS inet
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF family(p_address) = 6 AND p_address <<= inet '::ffff:0.0.0.0/96' THEN
        RETURN set_masklen(split_part(host(p_address), ':', 4)::inet, masklen(p_address) - 96);
    END IF;
    RETURN p_address;
END
$$;

-- Takes a viewer's address (or those of a network) out of what happened from p_from to p_to, both inside, and
-- returns out of how many events and rejected events. With neither bound those without a time are among them.
-- Events that wait in a journal come with theirs. Batches do not wait for it, however long it takes; a doubling of
-- the lanes does.
CREATE OR REPLACE FUNCTION forget_viewer(p_address inet, p_from timestamptz DEFAULT '-infinity',
                                         p_to timestamptz DEFAULT 'infinity') RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    v_network inet := plain_address(p_address);
    v_mapped inet := CASE WHEN family(v_network) = 4 THEN
        set_masklen(('::ffff:' || host(v_network))::inet, masklen(v_network) + 96) ELSE v_network END;
    v_is_whole boolean := p_from = '-infinity' AND p_to = 'infinity';
    v_lane smallint;
    v_partition regclass;
    v_rows bigint;
    v_all bigint := 0;
BEGIN
    IF v_network IS NULL OR p_from IS NULL OR p_to IS NULL THEN
        RAISE EXCEPTION 'an address and a time from which on and up to which it is to be forgotten are needed'
            USING ERRCODE = 'null_value_not_allowed';
    ELSIF v_network <> network(v_network) THEN
        RAISE EXCEPTION '% is neither an address nor a network: it has bits behind its prefix', v_network
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF to_regclass('before_positions') IS NOT NULL THEN
        RAISE EXCEPTION 'the events stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(lock_key('double lanes')); -- no rejected event changes its lane meanwhile
    LOCK TABLE ONLY events IN ACCESS SHARE MODE; -- nor a row its partition
    FOR v_lane IN SELECT l.lane FROM lanes l ORDER BY l.lane LOOP
        UPDATE rejected_events e SET ip = NULL, reason = without_address(e.reason, e.ip) -- before a retry stores them
        WHERE e.lane = v_lane AND (e.ip <<= v_network OR e.ip <<= v_mapped)
          AND e.occurred_at >= p_from AND e.occurred_at <= p_to;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_all := v_all + v_rows;
        FOR v_partition IN
            SELECT b.partition FROM partition_bounds('events') AS b WHERE b.first <= p_to AND b.past > p_from
            UNION ALL
            SELECT p FROM default_partition('events') AS p WHERE p IS NOT NULL
        LOOP
            EXECUTE format('UPDATE %s SET ip = NULL, ip_text = NULL WHERE lane = $1 AND (ip <<= $2 OR ip <<= $3 OR '
                           'CASE WHEN ip_text IS NOT NULL THEN text_names(ip_text, $2) END) AND '
                           '(occurred_at >= $4 AND occurred_at <= $5 OR $6 AND occurred_at IS NULL)', v_partition)
            USING v_lane, v_network, v_mapped, p_from, p_to, v_is_whole;
            GET DIAGNOSTICS v_rows = ROW_COUNT;
            v_all := v_all + v_rows;
        END LOOP;
    END LOOP;
    RETURN v_all;
END
$$;
