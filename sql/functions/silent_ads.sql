-- Ads that could be shown, and were, a day ago, but have not been for some hours: the impressions of the same hours
-- of the day before. Read from the counts of hours; of what is newer, and of late events, it is enough that there are any.
-- A row each, so that one number is told of them and no series for each ad.
CREATE OR REPLACE FUNCTION silent_ads(p_hours integer DEFAULT 6, p_least bigint DEFAULT 20,
                                      p_now timestamptz DEFAULT now())
RETURNS TABLE (ad_id integer, impressions bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET enable_seqscan = off SET jit = off AS $$
DECLARE
    v_to timestamptz := level_start(2, p_now);
    v_from timestamptz := v_to - p_hours * interval '1 hour';
    v_day CONSTANT interval := '24 hours'; -- whatever TimeZone is
BEGIN
    RETURN QUERY
    WITH shown AS MATERIALIZED (
        SELECT c.lane, c.key, sum(c.k1)::bigint AS times FROM marks m
        JOIN counts c ON c.lane = m.lane AND c.level = 2 AND c.bucket >= v_from - v_day AND c.bucket < v_to - v_day
                     AND c.dimension = 1 AND c.verdict <> 4 AND c.k1 > 0
        WHERE m.mark = 2 GROUP BY 1, 2
    ), often AS MATERIALIZED (
        SELECT s.key, sum(s.times)::bigint AS times FROM shown s GROUP BY 1 HAVING sum(s.times) >= p_least
    ), lately AS MATERIALIZED (
        SELECT c.key FROM marks m
        JOIN counts c ON c.lane = m.lane AND c.level = 1 AND c.bucket >= v_from AND c.dimension = 1
                     AND c.verdict <> 4 AND c.k1 > 0
        WHERE m.mark = 1
        UNION SELECT c.key FROM marks m
        JOIN counts_minute c ON c.lane = m.lane AND c.bucket >= greatest(m.at, v_from) AND c.dimension = 1
                            AND c.verdict <> 4 AND c.k1 > 0
        WHERE m.mark = 1
        UNION SELECT c.key FROM marks m
        JOIN counts_late c ON c.lane = m.lane AND c.bucket >= v_from AND c.dimension = 1 AND c.verdict <> 4 AND c.k1 > 0
        WHERE m.mark = 1
    )
    SELECT o.key::integer, o.times FROM often o
    WHERE o.key NOT IN (SELECT l.key FROM lately l)
      AND EXISTS (SELECT FROM ads a WHERE a.id = o.key AND ad_state_of(to_jsonb(a), p_now) = 'available')
    ORDER BY o.times DESC, o.key;
END
$$;
