-- Counts of events per minute, hour and day.

-- The start of the bucket that a time falls into, UTC. The origin lies before all events: before it
-- some releases of PostgreSQL put a time on an edge into the earlier bucket. In this form it knows its
-- names whatever search_path is, and is still inlined: it is called for every event.
CREATE OR REPLACE FUNCTION bucket_start(p_width interval, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_bin(p_width, p_time, timestamptz '0001-01-01 00:00:00+00');

-- Adds to the counts of a journal (0: of none). The arrays run in parallel; p_events[i] below 0 subtracts.
-- Each element goes into the bucket of every width, or of p_bucket_seconds[i] alone where that is
-- given; without a finite time into none. The rows are sorted, so that concurrent calls wait for one
-- another but do not deadlock.
CREATE OR REPLACE FUNCTION add_to_counts(p_journal_id integer, p_at timestamptz[], p_ad_id integer[],
                                         p_kind event_kind[], p_events bigint[],
                                         p_playback_seconds bigint[],
                                         p_bucket_seconds integer[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO event_counts AS c
        (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT w.seconds, bucket_start(w.width, n.at), coalesce(n.ad_id, 0), n.kind, p_journal_id,
           sum(n.events), coalesce(sum(n.playback_seconds), 0)
    FROM unnest(p_at, p_ad_id, p_kind, p_events, p_playback_seconds, p_bucket_seconds)
         AS n (at, ad_id, kind, events, playback_seconds, bucket_seconds)
    JOIN (VALUES (60, interval '1 minute'), (3600, interval '1 hour'), (86400, interval '1 day'))
         AS w (seconds, width) ON w.seconds = coalesce(n.bucket_seconds, w.seconds)
    WHERE isfinite(n.at)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds;
END
$$;
