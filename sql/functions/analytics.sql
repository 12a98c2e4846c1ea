-- Totals of a window of time, exact to the microsecond, both ends inside.

-- The part of [p_from, p_to) that whole buckets of a width cover; empty at p_from where none does.
CREATE OR REPLACE FUNCTION whole_buckets(p_width interval, p_from timestamptz, p_to timestamptz,
                                         OUT first timestamptz, OUT past timestamptz)
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN
    first := bucket_start(p_width, p_from + p_width - interval '1 microsecond');
    past := bucket_start(p_width, p_to);
    IF first >= past THEN
        first := p_from;
        past := p_from;
    END IF;
END
$$;

-- One row per kind, by its number: from the counts whole days, hours and minutes, from the events the
-- ragged ends. p_ad_id null: every ad.
CREATE OR REPLACE FUNCTION analytics_totals(p_start timestamptz, p_end timestamptz, p_ad_id integer)
RETURNS TABLE (kind smallint, events bigint, playback_seconds bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    v_end timestamptz := p_end + interval '1 microsecond'; -- the first moment outside
    -- Whole buckets of each width that lie inside: from .. to. Widths nest, so the wider window lies
    -- inside the narrower one; where there is no whole bucket, both are the window's start.
    v_minute_from timestamptz; v_minute_to timestamptz;
    v_hour_from timestamptz; v_hour_to timestamptz;
    v_day_from timestamptz; v_day_to timestamptz;
BEGIN
    SELECT first, past INTO v_minute_from, v_minute_to FROM whole_buckets('1 minute', p_start, v_end);
    SELECT first, past INTO v_hour_from, v_hour_to FROM whole_buckets('1 hour', v_minute_from, v_minute_to);
    SELECT first, past INTO v_day_from, v_day_to FROM whole_buckets('1 day', v_hour_from, v_hour_to);

    RETURN QUERY
    WITH parts AS (
        SELECT kind, events AS n, playback_seconds AS seconds FROM event_counts
        WHERE (p_ad_id IS NULL OR ad_id = p_ad_id)
          AND (bucket_seconds = 60 AND bucket >= v_minute_from AND bucket < v_hour_from
               OR bucket_seconds = 60 AND bucket >= v_hour_to AND bucket < v_minute_to
               OR bucket_seconds = 3600 AND bucket >= v_hour_from AND bucket < v_day_from
               OR bucket_seconds = 3600 AND bucket >= v_day_to AND bucket < v_hour_to
               OR bucket_seconds = 86400 AND bucket >= v_day_from AND bucket < v_day_to)
        UNION ALL
        SELECT kind, count(*), sum(video_playback_time) FROM events
        WHERE occurred_at >= p_start AND occurred_at < v_minute_from
          AND (p_ad_id IS NULL OR ad_id = p_ad_id) GROUP BY kind
        UNION ALL
        SELECT kind, count(*), sum(video_playback_time) FROM events
        WHERE occurred_at >= v_minute_to AND occurred_at < v_end
          AND (p_ad_id IS NULL OR ad_id = p_ad_id) GROUP BY kind
    ), totals AS (
        SELECT kind, sum(n)::bigint AS n, sum(seconds)::bigint AS seconds FROM parts GROUP BY kind
    )
    SELECT (k.number - 1)::smallint, coalesce(t.n, 0), coalesce(t.seconds, 0)
    FROM unnest(enum_range(NULL::event_kind)) WITH ORDINALITY AS k (kind, number)
    LEFT JOIN totals t ON t.kind = k.kind ORDER BY k.number;
END
$$;
