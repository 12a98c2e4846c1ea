-- Claims the event_ids of a batch and returns the sequences that were first: those of which both days
-- were free, because another server may have received the same event just after midnight and stored
-- it earlier. The keys are inserted sorted, in one statement, so that instances that claim the same
-- ones wait but do not deadlock. In plpgsql, which keeps the plan from call to call.
CREATE OR REPLACE FUNCTION claim_event_ids(p_sequence bigint[], p_day date[], p_ad_id integer[],
                                           p_kind event_kind[], p_event_id text[])
RETURNS bigint[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_first bigint[];
BEGIN
    WITH keyed AS (
        SELECT DISTINCT ON (ad_id, kind, event_id) sequence, day, ad_id, kind, event_id
        FROM unnest(p_sequence, p_day, p_ad_id, p_kind, p_event_id)
             AS k (sequence, day, ad_id, kind, event_id)
        ORDER BY ad_id, kind, event_id, sequence
    ), claimed AS (
        INSERT INTO event_keys (day, ad_id, kind, event_id)
        SELECT day + n, ad_id, kind, event_id FROM keyed CROSS JOIN generate_series(0, 1) AS n
        ORDER BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING
        RETURNING ad_id, kind, event_id
    ), first AS (
        SELECT sequence FROM keyed JOIN claimed USING (ad_id, kind, event_id)
        GROUP BY sequence HAVING count(*) = 2
    )
    SELECT array_agg(sequence) INTO v_first FROM first;
    RETURN v_first;
END
$$;
