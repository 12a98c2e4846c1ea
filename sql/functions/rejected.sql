-- Rejected events, once what they were rejected for is put right.

-- Claims the keys of these, all in one statement, and drops the duplicates of stored events and of one
-- another. Returns the others.
CREATE OR REPLACE FUNCTION claim_rejected(p_lane smallint, p_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_claim_event integer[];
    v_claim uuid[];
    v_gone bigint[];
BEGIN
    SELECT array_agg(i.n ORDER BY c.claim), array_agg(c.claim ORDER BY c.claim) INTO v_claim_event, v_claim
    FROM unnest(p_ids) WITH ORDINALITY AS i (id, n)
    JOIN rejected_events e ON e.lane = p_lane AND e.id = i.id AND e.key IS NOT NULL,
         unnest(key_claims(e.key, e.occurred_at)) AS c (claim);
    IF v_claim IS NULL THEN
        RETURN p_ids;
    END IF;
    v_gone := ARRAY(SELECT p_ids[n] FROM unnest(claim_keys(p_lane, v_claim_event, v_claim)) AS n);
    DELETE FROM rejected_events WHERE lane = p_lane AND id = ANY (v_gone);
    RETURN ARRAY(SELECT unnest(p_ids) EXCEPT SELECT unnest(v_gone) ORDER BY 1);
END
$$;

-- Makes the placements of these known, and returns those that are counted as others.
CREATE OR REPLACE FUNCTION name_rejected(p_lane smallint, p_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ids bigint[];
    v_names text[];
BEGIN
    SELECT array_agg(id ORDER BY id), array_agg(name ORDER BY id) INTO v_ids, v_names
    FROM (SELECT DISTINCT placement_id, placement FROM rejected_events
          WHERE lane = p_lane AND id = ANY (p_ids) AND placement_id <> 0) AS p (id, name);
    RETURN CASE WHEN v_ids IS NULL THEN '{}' ELSE name_placements(p_lane, v_ids, v_names) END;
END
$$;

-- Stores these, whose keys are claimed. p_others: placements that are counted as others. The counts are
-- nobody's, so they wait for no journal.
CREATE OR REPLACE FUNCTION store_rejected(p_lane smallint, p_ids bigint[], p_closed timestamptz, p_others bigint[])
RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_events event_columns;
BEGIN
    WITH gone AS (DELETE FROM rejected_events WHERE lane = p_lane AND id = ANY (p_ids) RETURNING *),
         sorted AS (SELECT gone.*, (array_position(enum_range(NULL::event_kind), kind) - 1)::smallint AS number,
                           CASE WHEN placement_id = ANY (p_others) THEN placement_number('(other)')
                                ELSE placement_id END AS counted
                    FROM gone ORDER BY id)
    SELECT array_agg(sequence), array_agg(number), array_agg(verdict), array_agg(flags), array_agg(ad_id),
           array_agg(detail), array_agg(quantity), array_agg(received_at), array_agg(occurred_at),
           array_agg(playback_ms), array_agg(ip), array_agg(placement), array_agg(counted), array_agg(key)
    INTO v_events FROM sorted;
    PERFORM insert_events(p_lane, p_closed, v_events);
    PERFORM add_counts(p_lane, 0, 'infinity', count_events(v_events));
    RETURN cardinality(v_events.sequence);
END
$$;

-- Gives up one that the database still refuses, with the reason; the next of its kind may be stored.
CREATE OR REPLACE FUNCTION refuse_rejected(p_lane smallint, p_id bigint, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_event rejected_events%ROWTYPE;
BEGIN
    UPDATE rejected_events SET reason = without_address(p_reason, ip) WHERE lane = p_lane AND id = p_id
    RETURNING * INTO v_event;
    IF v_event.key IS NOT NULL THEN
        DELETE FROM event_keys WHERE lane = p_lane AND key = ANY (key_claims(v_event.key, v_event.occurred_at));
    END IF;
END
$$;

-- Tells of those that have become too late to tell a duplicate. p_ad_id null: of all ads, as far as p_known has them.
CREATE OR REPLACE FUNCTION pass_over_late(p_lane smallint, p_ad_id integer, p_known bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE rejected_events e SET reason = 'too late to tell a duplicate'
    WHERE e.lane = p_lane AND e.id = ANY (ARRAY(
        SELECT r.id FROM rejected_events r
        WHERE r.lane = p_lane AND r.key IS NOT NULL AND r.received_at < now() - interval '14 days'
          AND r.reason <> 'too late to tell a duplicate' AND (p_ad_id IS NULL OR r.ad_id = p_ad_id)
          AND (r.ad_id = 0 OR r.ad_id = ANY (p_known))
        FOR UPDATE SKIP LOCKED));
END
$$;

-- Stores the rejected events whose ad exists by now (all of them, or those of one ad) and returns how
-- many. Those that the database still refuses stay, with the new reason. So do those with an id that came
-- too late to tell a duplicate, or have become so meanwhile, unless it is forced: they may count twice.
-- The order of locks is that of a batch: all keys, then all placements, before the first event is stored. Nobody
-- waits for the lane's: the counts are late ones, whichever minutes are closed meanwhile.
CREATE OR REPLACE FUNCTION retry_rejected(p_ad_id integer DEFAULT NULL, p_force boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    v_lane smallint;
    v_closed timestamptz;
    v_ids bigint[];
    v_some bigint[];
    v_id bigint;
    v_others bigint[];
    v_stored bigint := 0;
    v_known bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_key('double lanes'));
    IF EXISTS (SELECT 1 FROM lanes WHERE lanes = 0) THEN
        RAISE EXCEPTION 'the lanes are being doubled: try again when they are'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOREACH v_lane IN ARRAY ARRAY(SELECT lane FROM lanes ORDER BY lane) LOOP
        PERFORM 1 FROM marks WHERE lane = v_lane AND mark = 7 FOR SHARE; -- so it stays while addresses go by it
        v_known := known_ads(ARRAY(SELECT DISTINCT e.ad_id::bigint FROM rejected_events e WHERE e.lane = v_lane));
        IF NOT p_force THEN
            PERFORM pass_over_late(v_lane, p_ad_id, v_known);
        END IF;
        v_ids := ARRAY(SELECT e.id FROM rejected_events e
                       WHERE e.lane = v_lane AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                         AND (p_force OR e.key IS NULL OR e.received_at >= now() - interval '14 days')
                         AND (e.ad_id = 0 OR e.ad_id = ANY (v_known))
                       ORDER BY e.id FOR UPDATE SKIP LOCKED);
        v_closed := (SELECT at FROM marks WHERE lane = v_lane AND mark = 0);
        v_ids := claim_rejected(v_lane, v_ids);
        v_others := name_rejected(v_lane, v_ids);
        FOR v_first IN 1..cardinality(v_ids) BY 1000 LOOP
            v_some := v_ids[v_first:v_first + 999];
            BEGIN
                v_stored := v_stored + store_rejected(v_lane, v_some, v_closed, v_others);
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                FOREACH v_id IN ARRAY v_some LOOP -- one of them is bad: each by itself
                    BEGIN
                        v_stored := v_stored + store_rejected(v_lane, ARRAY[v_id], v_closed, v_others);
                    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                        PERFORM refuse_rejected(v_lane, v_id, SQLERRM);
                    END;
                END LOOP;
            END;
        END LOOP;
    END LOOP;
    RETURN v_stored;
END
$$;
