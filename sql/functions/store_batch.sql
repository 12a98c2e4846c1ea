-- Stores those events of a batch that are above `p_after` or `p_missing` below it, with their counts,
-- which go to `p_journal_id` (0: of no journal); both ingest_batch() and import_batch() stand on it. The
-- arrays run in parallel; p_kind holds numbers of kinds; p_event_id is null where no event has one.
-- With p_reject the whole batch goes into rejected_events, for that reason. Adds to the totals that it
-- is given: stored and duplicate by the number of the kind, rejected by reason.
CREATE OR REPLACE FUNCTION store_batch(p_journal uuid, p_journal_id integer, p_after bigint,
                                       p_missing int8multirange, p_sequence bigint[],
                                       p_kind smallint[], p_ad_id integer[],
                                       p_occurred_at timestamptz[], p_ip inet[], p_playback integer[],
                                       p_event_id text[], p_reject text, INOUT stored bigint[],
                                       INOUT duplicate bigint[], INOUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_kinds event_kind[] := enum_range(NULL::event_kind); -- by number, from 1
    v_now record;
BEGIN
    -- One statement, so that one snapshot of `ads` decides both whose event_ids are claimed and which
    -- events are stored.
    WITH known AS MATERIALIZED ( -- each ad once, however often a table without a key, or a view, has it
        SELECT DISTINCT a.id FROM ads a WHERE a.id IN (SELECT g.ad_id FROM unnest(p_ad_id) AS g (ad_id))
    ), given AS NOT MATERIALIZED (
        SELECT b.*, v_kinds[b.kind_number + 1] AS kind, k.id IS NOT NULL AS is_known
        FROM unnest(p_sequence, p_kind, p_ad_id, p_occurred_at, p_ip, p_playback, p_event_id)
             AS b (sequence, kind_number, ad_id, occurred_at, ip, playback, event_id)
        LEFT JOIN known k ON k.id = b.ad_id
        WHERE b.sequence > p_after OR b.sequence <@ p_missing
    ), first AS MATERIALIZED (
        SELECT unnest(claim_event_ids(array_agg(sequence), array_agg((occurred_at AT TIME ZONE 'UTC')::date),
                                      array_agg(ad_id), array_agg(kind), array_agg(event_id))) AS sequence
        FROM given WHERE p_reject IS NULL AND event_id IS NOT NULL AND is_known
        HAVING count(*) > 0
    ), batch AS MATERIALIZED (
        SELECT g.*,
               CASE WHEN p_reject IS NOT NULL THEN 'refused'
                    WHEN NOT g.is_known THEN 'unknown ad'
                    WHEN g.event_id IS NOT NULL AND g.sequence NOT IN (SELECT sequence FROM first)
                    THEN 'duplicate'
                    ELSE 'new' END AS fate
        FROM given g
    ), new_events AS (
        INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
        SELECT occurred_at, ad_id, playback, kind, ip FROM batch WHERE fate = 'new'
    ), new_rejected AS (
        INSERT INTO rejected_events (journal, sequence, kind, ad_id, occurred_at, ip,
                                     video_playback_time, event_id, reason)
        SELECT p_journal, sequence, kind, ad_id, occurred_at, ip, playback, event_id,
               coalesce(p_reject, fate)
        FROM batch WHERE fate IN ('unknown ad', 'refused')
    ), minutes AS (
        SELECT bucket_start('1 minute', occurred_at) AS minute, ad_id, kind, count(*) AS events,
               sum(playback) AS playback_seconds
        FROM batch WHERE fate = 'new' GROUP BY 1, 2, 3
    ), counts AS (
        SELECT array_agg(minute) AS minutes, array_agg(ad_id) AS ad_ids, array_agg(kind) AS kinds,
               array_agg(events) AS events, array_agg(playback_seconds) AS playback_seconds
        FROM minutes
    ), fates AS (
        SELECT kind_number,
               count(*) FILTER (WHERE fate = 'new') AS stored,
               count(*) FILTER (WHERE fate = 'duplicate') AS duplicate,
               count(*) FILTER (WHERE fate = 'unknown ad') AS unknown_ad,
               count(*) FILTER (WHERE fate = 'refused') AS refused
        FROM batch GROUP BY 1
    ), totals AS ( -- an array that is shorter than there are kinds grows
        SELECT array_agg(coalesce(store_batch.stored[k], 0) + coalesce(f.stored, 0) ORDER BY k) AS stored,
               array_agg(coalesce(store_batch.duplicate[k], 0) + coalesce(f.duplicate, 0) ORDER BY k) AS duplicate,
               ARRAY[coalesce(store_batch.rejected[1], 0) + coalesce(sum(f.unknown_ad), 0),
                     coalesce(store_batch.rejected[2], 0) + coalesce(sum(f.refused), 0)]::bigint[] AS rejected
        FROM generate_series(1, cardinality(v_kinds)) AS k LEFT JOIN fates f ON f.kind_number = k - 1
    )
    SELECT * INTO v_now FROM totals CROSS JOIN counts;

    PERFORM add_to_counts(p_journal_id, v_now.minutes, v_now.ad_ids, v_now.kinds, v_now.events,
                          v_now.playback_seconds);
    stored := v_now.stored;
    duplicate := v_now.duplicate;
    rejected := v_now.rejected;
END
$$;
