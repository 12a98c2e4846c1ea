-- The original service's clicks become events, with their ids; an ip that is no address is kept as
-- it was. Then `clicks` is a view, as `impressions` is.

CREATE FUNCTION inet_or_null(p_text text) RETURNS inet
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN p_text::inet;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('clicks') AND relkind = 'r') THEN
        LOCK TABLE clicks IN ACCESS EXCLUSIVE MODE;
        INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
        SELECT id, "timestamp"::timestamp AT TIME ZONE 'UTC', ad_id, video_playback_time, 'click',
               parsed, CASE WHEN host(parsed) IS DISTINCT FROM ip THEN ip END
        FROM (SELECT *, inet_or_null(ip) AS parsed FROM clicks) AS c ORDER BY "timestamp";
        PERFORM setval('events_id_seq', greatest((SELECT max(id) FROM events), 1));

        INSERT INTO event_counts (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
        SELECT w.bucket_seconds, bucket_start(w.width, e.occurred_at), coalesce(e.ad_id, 0), e.kind,
               0, count(*), coalesce(sum(e.video_playback_time), 0)
        FROM events e CROSS JOIN bucket_widths w
        WHERE e.occurred_at IS NOT NULL GROUP BY 1, 2, 3, 4;

        DROP TABLE clicks;
    END IF;
END
$$;

DROP FUNCTION inet_or_null(text);

CREATE VIEW clicks AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp",
           coalesce(ip_text, host(ip)) AS ip, video_playback_time
    FROM events WHERE kind = 'click';

CREATE VIEW impressions AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp",
           coalesce(ip_text, host(ip)) AS ip, video_playback_time
    FROM events WHERE kind = 'impression';
