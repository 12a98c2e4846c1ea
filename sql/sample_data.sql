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
    INSERT INTO clicks ("timestamp", ad_id, video_playback_time, ip)
    VALUES ('2025-04-20 10:00:00', 1, 30, '192.168.1.1'),
           ('2025-04-21 11:15:00', 2, 45, '192.168.1.2'),
           ('2025-04-21 12:30:00', 1, 60, '192.168.1.3'),
           ('2025-04-22 09:45:00', 3, 25, '192.168.1.4'),
           ('2025-04-22 14:00:00', 4, 40, '192.168.1.5');
END
$$;
