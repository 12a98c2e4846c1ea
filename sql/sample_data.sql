-- The original service's samples, into a database that has no ads and no events.
DO $$
BEGIN
    IF EXISTS (SELECT FROM ads) OR EXISTS (SELECT FROM events) THEN
        RETURN;
    END IF;
    INSERT INTO ads (id, image_url, target_url)
    SELECT n, format('https://example.com/image%s.jpg', n), format('https://example.com/ad%s', n)
    FROM generate_series(1, 5) AS n;
    PERFORM setval(pg_get_serial_sequence('ads', 'id'), 5);
    INSERT INTO events (occurred_at, ad_id, video_playback_time, kind, ip)
    VALUES ('2025-04-20 10:00:00+00', 1, 30, 'click', '192.168.1.1'),
           ('2025-04-21 11:15:00+00', 2, 45, 'click', '192.168.1.2'),
           ('2025-04-21 12:30:00+00', 1, 60, 'click', '192.168.1.3'),
           ('2025-04-22 09:45:00+00', 3, 25, 'click', '192.168.1.4'),
           ('2025-04-22 14:00:00+00', 4, 40, 'click', '192.168.1.5');
    INSERT INTO event_counts
        (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT w.bucket_seconds, bucket_start(w.width, e.occurred_at), e.ad_id, e.kind, 0, count(*),
           sum(e.video_playback_time)
    FROM events e CROSS JOIN bucket_widths w GROUP BY 1, 2, 3, 4;
END
$$;
