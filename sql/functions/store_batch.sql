-- What both ingest_batch() and import_batch() stand on.

-- What becomes of each event, as far as that is known before keys are claimed: 0 it is to be stored, 1 it
-- was stored before, 2 a duplicate, 3 of an ad that is not there, 4 refused, 5 too late to tell whether
-- it is a duplicate. p_known: the ads that are there.
CREATE OR REPLACE FUNCTION judge_events(p_events event_columns, p_after bigint, p_missing int8multirange,
                                        p_known bigint[], p_oldest timestamptz, p_is_refused boolean)
RETURNS smallint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN ARRAY(
        SELECT CASE WHEN e.sequence <= p_after AND NOT e.sequence <@ p_missing THEN 1
                    WHEN p_is_refused THEN 4
                    WHEN e.ad_id <> 0 AND k.id IS NULL THEN 3
                    WHEN e.key IS NOT NULL AND e.received_at < p_oldest THEN 5
                    ELSE 0 END::smallint
        FROM unnest(p_events.sequence, p_events.ad_id, p_events.received_at, p_events.key) WITH ORDINALITY
             AS e (sequence, ad_id, received_at, key, n)
        LEFT JOIN unnest(p_known) AS k (id) ON k.id = e.ad_id
        ORDER BY e.n);
END
$$;

-- The events of a fate.
CREATE OR REPLACE FUNCTION events_of(p_events event_columns, p_fates smallint[], p_fate integer)
RETURNS event_columns
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_events event_columns;
BEGIN
    SELECT array_agg(sequence ORDER BY n), array_agg(kind ORDER BY n), array_agg(verdict ORDER BY n),
           array_agg(flags ORDER BY n), array_agg(ad_id ORDER BY n), array_agg(detail ORDER BY n),
           array_agg(quantity ORDER BY n), array_agg(received_at ORDER BY n), array_agg(occurred_at ORDER BY n),
           array_agg(playback_ms ORDER BY n), array_agg(ip ORDER BY n), array_agg(placement ORDER BY n),
           array_agg(placement_id ORDER BY n), array_agg(key ORDER BY n)
    INTO v_events
    FROM unnest(p_events.sequence, p_events.kind, p_events.verdict, p_events.flags, p_events.ad_id,
                p_events.detail, p_events.quantity, p_events.received_at, p_events.occurred_at,
                p_events.playback_ms, p_events.ip, p_events.placement, p_events.placement_id, p_events.key,
                p_fates) WITH ORDINALITY
         AS e (sequence, kind, verdict, flags, ad_id, detail, quantity, received_at, occurred_at, playback_ms, ip,
               placement, placement_id, key, fate, n)
    WHERE e.fate = p_fate;
    RETURN v_events;
END
$$;

CREATE OR REPLACE FUNCTION reject_events(p_lane smallint, p_journal uuid, p_events event_columns, p_reason text)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_id bigint := nextval('events_id_seq');
    v_ip inet[] := kept_addresses(p_lane, p_events.occurred_at, p_events.ip);
BEGIN
    INSERT INTO rejected_events (lane, id, journal, sequence, kind, verdict, flags, ad_id, detail, quantity,
                                 received_at, occurred_at, playback_ms, ip, placement, placement_id, key, reason)
    SELECT m.lane, v_id + e.n - 1, p_journal, e.sequence, v_kinds[e.kind + 1], e.verdict, e.flags, e.ad_id, e.detail,
           e.quantity, e.received_at, e.occurred_at, e.playback_ms, e.ip, e.placement, e.placement_id, e.key,
           without_address(p_reason, e.told_ip)
    FROM marks m,
         unnest(p_events.sequence, p_events.kind, p_events.verdict, p_events.flags, p_events.ad_id,
                p_events.detail, p_events.quantity, p_events.received_at, p_events.occurred_at,
                p_events.playback_ms, v_ip, p_events.placement, p_events.placement_id, p_events.key, p_events.ip)
         WITH ORDINALITY
         AS e (sequence, kind, verdict, flags, ad_id, detail, quantity, received_at, occurred_at, playback_ms, ip,
               placement, placement_id, key, told_ip, n)
    WHERE m.lane = p_lane AND m.mark = 0;
END
$$;

-- Events of which each is to be stored. All columns stand in the select list: joined with WITH ORDINALITY
-- they cost half as much again.
CREATE OR REPLACE FUNCTION insert_events(p_lane smallint, p_closed timestamptz, p_events event_columns) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_id bigint := nextval('events_id_seq');
    v_ip inet[] := kept_addresses(p_lane, p_events.occurred_at, p_events.ip);
BEGIN
    INSERT INTO events (lane, id, occurred_at, received_at, playback_ms, placement_id, ad_id, detail, quantity, kind,
                        verdict, flags, late, ip, placement)
    SELECT m.lane, v_id + generate_series(0, cardinality(p_events.sequence) - 1), unnest(p_events.occurred_at),
           unnest(p_events.received_at), unnest(p_events.playback_ms), unnest(p_events.placement_id),
           unnest(p_events.ad_id), unnest(p_events.detail), unnest(p_events.quantity),
           v_kinds[unnest(p_events.kind) + 1], unnest(p_events.verdict), unnest(p_events.flags),
           unnest(p_events.occurred_at) < p_closed, unnest(v_ip), unnest(p_events.placement)
    FROM marks m WHERE m.lane = p_lane AND m.mark = 0;
END
$$;

-- Adds sums by kind to totals, which grow as needed.
CREATE OR REPLACE FUNCTION add_totals(p_totals bigint[], p_more bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN ARRAY(SELECT coalesce(p_totals[n], 0) + coalesce(p_more[n], 0)
                 FROM generate_series(1, greatest(cardinality(p_totals), cardinality(p_more),
                                                  cardinality(enum_range(NULL::event_kind)))) AS n);
END
$$;

-- Quantities of a fate by the number of the kind.
CREATE OR REPLACE FUNCTION totals_of(p_events event_columns, p_fates smallint[], p_fate integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN ARRAY(
        SELECT coalesce(sum(e.quantity) FILTER (WHERE e.fate = p_fate), 0)
        FROM generate_series(0, cardinality(enum_range(NULL::event_kind)) - 1) AS k
        LEFT JOIN unnest(p_events.kind, p_events.quantity, p_fates) AS e (kind, quantity, fate) ON e.kind = k
        GROUP BY k ORDER BY k);
END
$$;

-- The same of counts, where each event has its fate.
CREATE OR REPLACE FUNCTION totals_of_counts(p_counts count_columns) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_cells bigint[] := p_counts.cells;
    v_kinds integer := cardinality(v_cells) / nullif(cardinality(p_counts.bucket), 0);
BEGIN
    RETURN ARRAY(
        SELECT sum(v_cells[(d.n - 1) * v_kinds + k])
        FROM unnest(p_counts.dimension) WITH ORDINALITY AS d (dimension, n), generate_series(1, v_kinds) AS k
        WHERE d.dimension = 0 GROUP BY k ORDER BY k);
END
$$;

-- Those of these ads that are there, each once, however often a table without a key, or a view, has it.
CREATE OR REPLACE FUNCTION known_ads(p_ads bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF is_distributed() THEN -- the list of them that is at every node
        RETURN ARRAY(SELECT i.id FROM ad_ids i WHERE i.id = ANY (p_ads));
    END IF;
    RETURN ARRAY(SELECT DISTINCT a.id FROM ads a WHERE a.id = ANY (p_ads));
END
$$;

-- Stores those events of a batch that are above p_after or p_missing below it, with their counts, which
-- go to p_journal_id (0: of no journal). p_claim_event, p_claim: what the events claim, ascending by
-- claim. p_name_id, p_name: the placements that occur, ascending. p_counts: of the whole batch; where
-- one event falls out, those of the rest are made here. With p_reject the whole batch goes into
-- rejected_events, for that reason. Returns what became of it, in quantities: stored and duplicate by
-- the number of the kind, rejected by reason: unknown ad, refused, too late.
CREATE OR REPLACE FUNCTION store_batch(p_lane smallint, p_lanes smallint, p_journal uuid, p_journal_id integer,
                                       p_after bigint, p_missing int8multirange, p_is_forced boolean,
                                       p_events event_columns, p_claim_event integer[], p_claim uuid[],
                                       p_name_id bigint[], p_name text[], p_counts count_columns, p_reject text,
                                       OUT stored bigint[], OUT duplicate bigint[], OUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_closed timestamptz := enter_lane(p_lane, p_lanes);
    v_oldest timestamptz := CASE WHEN p_is_forced THEN '-infinity' ELSE now() - interval '14 days' END;
    v_ads bigint[] := ARRAY(SELECT DISTINCT c.key FROM unnest(p_counts.dimension, p_counts.key) AS c (dimension, key)
                            WHERE c.dimension = 1);
    v_known bigint[] := known_ads(v_ads);
    v_fates smallint[]; -- null as long as every event is to be stored
    v_event integer;
    v_others bigint[] := '{}';
BEGIN
    IF p_reject IS NOT NULL OR p_events.sequence[1] <= p_after OR cardinality(v_known) < cardinality(v_ads)
       OR p_claim IS NOT NULL AND EXISTS (SELECT FROM unnest(p_events.received_at, p_events.key) AS e (at, key)
                                          WHERE e.at < v_oldest AND e.key IS NOT NULL) THEN
        v_fates := judge_events(p_events, p_after, p_missing, v_known, v_oldest, p_reject IS NOT NULL);
        SELECT array_agg(c.event ORDER BY c.claim), array_agg(c.claim ORDER BY c.claim)
        INTO p_claim_event, p_claim
        FROM unnest(p_claim_event, p_claim) AS c (event, claim) WHERE v_fates[c.event] = 0;
    END IF;

    IF cardinality(p_claim) > 0 THEN
        FOREACH v_event IN ARRAY claim_keys(p_lane, p_claim_event, p_claim) LOOP
            v_fates := coalesce(v_fates, array_fill(0::smallint, ARRAY[cardinality(p_events.sequence)]));
            v_fates[v_event] := 2;
        END LOOP;
    END IF;
    IF cardinality(p_name_id) > 0 AND p_reject IS NULL THEN
        v_others := name_placements(p_lane, p_name_id, p_name);
    END IF;

    IF v_fates IS NULL THEN
        stored := totals_of_counts(p_counts);
        duplicate := '{}';
        rejected := '{}';
    ELSE
        stored := totals_of(p_events, v_fates, 0);
        duplicate := totals_of(p_events, v_fates, 2);
        rejected := ARRAY(SELECT coalesce(sum(t.t), 0) FROM generate_series(3, 5) AS fate
                          LEFT JOIN LATERAL unnest(totals_of(p_events, v_fates, fate)) AS t (t) ON true
                          GROUP BY fate ORDER BY fate);
        IF rejected[1] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 3), 'unknown ad');
        END IF;
        IF rejected[2] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 4), p_reject);
        END IF;
        IF rejected[3] > 0 THEN
            PERFORM reject_events(p_lane, p_journal, events_of(p_events, v_fates, 5),
                                  'too late to tell a duplicate');
        END IF;
        p_events := events_of(p_events, v_fates, 0);
    END IF;
    IF cardinality(v_others) > 0 THEN
        p_events.placement_id := ARRAY(
            SELECT CASE WHEN e.id = ANY (v_others) THEN placement_number('(other)') ELSE e.id END
            FROM unnest(p_events.placement_id) WITH ORDINALITY AS e (id, n) ORDER BY e.n);
    END IF;
    IF v_fates IS NOT NULL OR cardinality(v_others) > 0 THEN
        p_counts := count_events(p_events);
    END IF;
    IF cardinality(p_events.sequence) > 0 THEN
        PERFORM insert_events(p_lane, v_closed, p_events);
        PERFORM add_counts(p_lane, p_journal_id, CASE WHEN p_journal_id = 0 THEN 'infinity' ELSE v_closed END,
                           p_counts);
    END IF;
END
$$;
