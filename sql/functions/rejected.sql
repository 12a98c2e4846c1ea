-- Rejected events, once what they were rejected for is put right.

-- Stores these rejected events, whose ads exist, and returns how many; duplicates of stored events are
-- dropped. Their counts are nobody's, so they wait for no journal.
CREATE OR REPLACE FUNCTION store_rejected(p_lane smallint, p_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_events event_columns;
    v_claim_event integer[];
    v_claim uuid[];
    v_fates smallint[];
    v_event integer;
    v_names record;
    v_others bigint[];
    v_closed timestamptz := enter_lane(p_lane, (SELECT lanes FROM lanes WHERE lane = p_lane));
BEGIN
    WITH gone AS (DELETE FROM rejected_events WHERE lane = p_lane AND id = ANY (p_ids) RETURNING *),
         sorted AS (SELECT gone.*, (array_position(enum_range(NULL::event_kind), kind) - 1)::smallint AS number
                    FROM gone ORDER BY id)
    SELECT array_agg(sequence), array_agg(number), array_agg(verdict), array_agg(flags), array_agg(ad_id),
           array_agg(detail), array_agg(quantity), array_agg(received_at), array_agg(occurred_at),
           array_agg(playback_ms), array_agg(ip), array_agg(placement), array_agg(placement_id), array_agg(key)
    INTO v_events FROM sorted;
    IF v_events.sequence IS NULL THEN
        RETURN 0;
    END IF;
    SELECT array_agg(e.n ORDER BY c.claim), array_agg(c.claim ORDER BY c.claim) INTO v_claim_event, v_claim
    FROM unnest(v_events.key, v_events.occurred_at) WITH ORDINALITY AS e (key, occurred_at, n),
         unnest(key_claims(e.key, e.occurred_at)) AS c (claim) WHERE e.key IS NOT NULL;
    v_fates := array_fill(0::smallint, ARRAY[cardinality(v_events.sequence)]);
    IF v_claim IS NOT NULL THEN
        FOREACH v_event IN ARRAY claim_keys(p_lane, v_claim_event, v_claim) LOOP
            v_fates[v_event] := 2;
        END LOOP;
        v_events := events_of(v_events, v_fates, 0);
    END IF;
    IF v_events.sequence IS NULL THEN
        RETURN 0;
    END IF;
    SELECT array_agg(id) AS ids, array_agg(name) AS names INTO v_names
    FROM (SELECT DISTINCT id, name FROM unnest(v_events.placement_id, v_events.placement) AS p (id, name)
          WHERE id <> 0 ORDER BY id) AS p;
    IF v_names.ids IS NOT NULL THEN
        v_others := name_placements(p_lane, v_names.ids, v_names.names);
        v_events.placement_id := ARRAY(
            SELECT CASE WHEN e.id = ANY (v_others) THEN placement_number('(other)') ELSE e.id END
            FROM unnest(v_events.placement_id) WITH ORDINALITY AS e (id, n) ORDER BY e.n);
    END IF;
    PERFORM insert_events(p_lane, v_closed, v_events);
    PERFORM add_counts(p_lane, 0, 'infinity', count_events(v_events));
    RETURN cardinality(v_events.sequence);
END
$$;

-- Stores the rejected events whose ad exists by now (all of them, or those of one ad) and returns how
-- many. Those that the database still refuses stay, with the new reason. So do those with an id that came
-- too late to tell a duplicate, or have become so meanwhile, unless it is forced: they may count twice.
CREATE OR REPLACE FUNCTION retry_rejected(p_ad_id integer DEFAULT NULL, p_force boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
DECLARE
    v_lane smallint;
    v_ids bigint[];
    v_id bigint;
    v_last bigint;
    v_stored bigint := 0;
BEGIN
    FOR v_lane IN SELECT lane FROM lanes ORDER BY lane LOOP
        PERFORM require_lane(v_lane);
        IF NOT p_force THEN
            UPDATE rejected_events e SET reason = 'too late to tell a duplicate'
            WHERE e.lane = v_lane AND e.id = ANY (ARRAY(
                SELECT r.id FROM rejected_events r
                WHERE r.lane = v_lane AND r.key IS NOT NULL AND r.received_at < now() - interval '14 days'
                  AND r.reason <> 'too late to tell a duplicate' AND (p_ad_id IS NULL OR r.ad_id = p_ad_id)
                  AND (r.ad_id = 0 OR EXISTS (SELECT FROM ads a WHERE a.id = r.ad_id))
                FOR UPDATE OF r SKIP LOCKED));
        END IF;
        v_last := 0;
        LOOP
            v_ids := ARRAY(SELECT e.id FROM rejected_events e
                           WHERE e.lane = v_lane AND e.id > v_last AND (p_ad_id IS NULL OR e.ad_id = p_ad_id)
                             AND (p_force OR e.key IS NULL OR e.received_at >= now() - interval '14 days')
                             AND (e.ad_id = 0 OR EXISTS (SELECT FROM ads a WHERE a.id = e.ad_id))
                           ORDER BY e.id LIMIT 1000 FOR UPDATE OF e SKIP LOCKED);
            EXIT WHEN cardinality(v_ids) = 0;
            v_last := v_ids[cardinality(v_ids)];
            BEGIN
                v_stored := v_stored + store_rejected(v_lane, v_ids);
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                FOREACH v_id IN ARRAY v_ids LOOP -- one of them is bad: each by itself
                    BEGIN
                        v_stored := v_stored + store_rejected(v_lane, ARRAY[v_id]);
                    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                        UPDATE rejected_events e SET reason = SQLERRM WHERE e.lane = v_lane AND e.id = v_id;
                    END;
                END LOOP;
            END;
        END LOOP;
    END LOOP;
    RETURN v_stored;
END
$$;
