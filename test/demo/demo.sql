-- A month of events that look like a small publisher's, for `./dev demo`: seven ads, four placements, days and weeks
-- with a shape, and a few things to find. Run it again: what is there stays, and the time since is added.
-- psql -v now=... -v days=... -f demo.sql; without these up to now, today and 30 days before.
\set ON_ERROR_STOP on
\if :{?now} \else \set now now \endif
\if :{?days} \else \set days 30 \endif
SET client_min_messages = warning;
SET timezone = 'UTC';
SET jit = off;

-- What is true of an ad and of whoever sees it: impressions of an hour by day, clicks and errors per impression, the
-- share that reach each quartile, from how many days ago and to how many.
CREATE TEMP TABLE demo_ads (
    slug text PRIMARY KEY, title text, advertiser text, category text, video text, duration_ms integer,
    skip_after_ms integer, image integer, weight integer, hourly float, click_rate float, error_rate float,
    quartiles float[], first_day integer, last_day integer, id integer);
INSERT INTO demo_ads VALUES
    ('trail-shoes', 'Shoes that drain', 'Northwind Outdoor', 'IAB20', 'https://media.w3.org/2010/05/bunny/trailer.mp4',
     33000, 5000, 1018, 4, 15, 0.021, 0.010, '{0.88, 0.74, 0.66, 0.59}', 9999, -99),
    ('city-bikes', 'The bicycle that folds itself', 'Velo Werk', 'IAB2', 'https://media.w3.org/2010/05/sintel/trailer.mp4',
     52000, 5000, 1071, 3, 11, 0.013, 0.014, '{0.81, 0.62, 0.48, 0.36}', 9999, -99),
    ('morning-oats', 'Oats in five seconds', 'Hafer & Sons', 'IAB8',
     'https://interactive-examples.mdn.mozilla.net/media/cc0-videos/flower.mp4',
     5000, NULL, 1080, 3, 9, 0.006, 0.008, '{0.98, 0.96, 0.94, 0.92}', 12, -99),
    ('night-train', 'Sleep your way to Vienna', 'Nachtzug', 'IAB20', NULL, NULL, NULL, 1036, 2, 7, 0.009, 0, NULL, 9999, -99),
    ('garden-radio', 'A radio for the garden', 'Kiesel Audio', 'IAB19', NULL, NULL, NULL, 1082, 2, 5, 0.004, 0, NULL, 9999, 0),
    ('spring-sale', 'Everything must sprout', 'Blumen Nord', 'IAB10', NULL, NULL, NULL, 1064, 2, 6, 0.016, 0, NULL, 9999, 5),
    ('museum-late', 'The museum is open until midnight', 'Stadtmuseum', 'IAB1', NULL, NULL, NULL, 1040, 1, 3, 0.011, 0, NULL,
     20, -99);
CREATE TEMP TABLE demo_placements (name text, share float, click_rate float);
INSERT INTO demo_placements VALUES ('article.mid', 0.42, 1.0), ('home.top', 0.27, 0.7), ('player.preroll', 0.22, 1.6),
                                   ('app.feed', 0.09, 0.9);

INSERT INTO ads (title, advertiser, category, video_url, video_type, duration_ms, skip_after_ms, video_width, video_height,
                 image_url, image_width, image_height, target_url, weight, starts_at, ends_at)
SELECT d.title, d.advertiser, d.category, d.video, CASE WHEN d.video IS NOT NULL THEN 'video/mp4' END, d.duration_ms,
       d.skip_after_ms, CASE WHEN d.video IS NOT NULL THEN 854 END, CASE WHEN d.video IS NOT NULL THEN 480 END,
       format('https://picsum.photos/id/%s/300/250', d.image), 300, 250, 'https://example.com/demo/' || d.slug, d.weight,
       CASE WHEN d.first_day < 9999 THEN date_trunc('day', :'now'::timestamptz) - d.first_day * interval '1 day' END,
       CASE WHEN d.last_day > 0 THEN date_trunc('day', :'now'::timestamptz) - (d.last_day - 1) * interval '1 day' END
FROM demo_ads d
WHERE NOT EXISTS (SELECT FROM ads a WHERE a.target_url = 'https://example.com/demo/' || d.slug)
ORDER BY d.hourly DESC;
UPDATE demo_ads d SET id = (SELECT min(a.id) FROM ads a WHERE a.target_url = 'https://example.com/demo/' || d.slug);

-- How busy this moment is, 1 in the mean: a day rises to its evening, weekends begin late and last, days differ.
CREATE FUNCTION pg_temp.busy(p_at timestamptz) RETURNS float LANGUAGE sql AS $$
    SELECT (ARRAY[0.35, 0.22, 0.15, 0.12, 0.14, 0.25, 0.50, 0.80, 0.95, 1.00, 1.05, 1.15, 1.30, 1.20, 1.05, 1.00, 1.10, 1.30,
                  1.60, 1.90, 2.10, 1.95, 1.40, 0.80])[extract(hour FROM p_at)::integer + 1]
           * CASE extract(isodow FROM p_at) WHEN 6 THEN 1.18 WHEN 7 THEN 1.25 WHEN 1 THEN 0.88 ELSE 0.95 END
           * (0.88 + 0.24 * abs(hashint4(extract(julian FROM p_at)::integer)) / 2147483648.0)
$$;

-- The impressions of one hour, each with what its viewer will do. `at_day` is how many days ago it is.
CREATE FUNCTION pg_temp.impressions(p_at timestamptz, p_to timestamptz, p_now timestamptz)
RETURNS TABLE (id integer, placement text, at timestamptz, duration_ms integer, verdict smallint, watched float,
               quartiles float[], can_skip boolean, clicks boolean, fails boolean, is_seen boolean, chance float)
LANGUAGE sql AS $$
    WITH hour AS (
        SELECT extract(day FROM date_trunc('day', p_now) - date_trunc('day', p_at))::integer AS ago
    )
    SELECT d.id, p.name, p_at + random() * (p_to - p_at), d.duration_ms,
           -- one night somebody's scraper came by
           CASE WHEN random() < CASE WHEN hour.ago = 6 AND extract(hour FROM p_at) < 6 THEN 0.55 ELSE 0.018 END THEN 1
                WHEN random() < 0.007 THEN 2 ELSE 0 END::smallint,
           random(), d.quartiles, d.skip_after_ms IS NOT NULL, random() < d.click_rate * p.click_rate,
           -- for two days its file was not there
           random() < CASE WHEN d.slug = 'city-bikes' AND hour.ago IN (8, 9) THEN 0.22 ELSE d.error_rate END,
           random() < 0.71, random()
    FROM hour, demo_ads d, demo_placements p,
         generate_series(1, floor(d.hourly * p.share * pg_temp.busy(p_at) * extract(epoch FROM p_to - p_at) / 3600
                                  * CASE WHEN hour.ago = 6 AND extract(hour FROM p_at) < 6 THEN 4 ELSE 1 END
                                  + random())::integer)
    WHERE hour.ago <= d.first_day AND hour.ago > d.last_day
$$;

-- What comes of them, and the requests that got no ad.
CREATE FUNCTION pg_temp.happenings(p_at timestamptz, p_to timestamptz, p_now timestamptz)
RETURNS TABLE (kind event_kind, ad_id integer, at timestamptz, verdict smallint, detail integer, playback_ms bigint,
               placement text) LANGUAGE sql AS $$
    WITH seen AS MATERIALIZED (SELECT * FROM pg_temp.impressions(p_at, p_to, p_now))
    SELECT e.kind::event_kind, CASE WHEN e.kind = 'request' THEN 0 ELSE i.id END,
           i.at + e.after_ms * interval '1 millisecond', i.verdict, e.detail,
           CASE WHEN e.kind = 'click' THEN e.after_ms ELSE 0 END::bigint, i.placement
    FROM seen i, coalesce(i.duration_ms, 0) AS ms, LATERAL (VALUES
        ('request', true, 0.0, 0), ('fill', true, 0.0, 0),
        ('error', i.fails, 900, (ARRAY[401, 401, 402, 405, 303, 900])[1 + floor(i.chance * 6)::integer]),
        ('loaded', NOT i.fails AND ms > 0, 180, 0), ('impression', NOT i.fails, 250, 0),
        ('start', NOT i.fails AND ms > 0, 260, 0),
        ('viewable', NOT i.fails AND i.is_seen, 2300, 0), ('notViewable', NOT i.fails AND NOT i.is_seen, 2300, 0),
        ('firstQuartile', NOT i.fails AND i.watched < i.quartiles[1], ms * 0.25, 0),
        ('midpoint', NOT i.fails AND i.watched < i.quartiles[2], ms * 0.5, 0),
        ('thirdQuartile', NOT i.fails AND i.watched < i.quartiles[3], ms * 0.75, 0),
        ('complete', NOT i.fails AND i.watched < i.quartiles[4], ms::numeric, 0),
        ('skip', NOT i.fails AND i.can_skip AND i.watched > i.quartiles[3] AND i.chance < 0.8, 5000 + i.chance * 9000, 0),
        ('mute', NOT i.fails AND ms > 0 AND i.chance > 0.93, 1500, 0),
        ('click', NOT i.fails AND i.clicks, 1500 + i.chance * greatest(ms, 20000) * 0.8, 0)
    ) AS e (kind, happens, after_ms, detail)
    WHERE e.happens
    UNION ALL
    SELECT m.kind::event_kind, 0, i.at, 0, CASE WHEN m.kind = 'nofill' THEN CASE WHEN i.chance < 0.045 THEN 2 ELSE 4 END ELSE 0 END,
           0, i.placement
    FROM seen i, (VALUES ('request'), ('nofill')) AS m (kind)
    WHERE i.chance < 0.06
$$;

-- Stores the time from p_at to p_to as an import does: so that it is there once, and the counts follow. Sequences tell
-- the minute up to which it is there.
CREATE FUNCTION pg_temp.fill(p_at timestamptz, p_to timestamptz, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_first bigint := (1::bigint << 40) + (extract(epoch FROM p_to)::bigint / 60 << 15);
    v_events event_columns;
    v_counts count_columns;
BEGIN
    SELECT array_agg(v_first + n ORDER BY n), array_agg(array_position(enum_range(NULL::event_kind), kind) - 1 ORDER BY n),
           array_agg(verdict ORDER BY n), array_agg(0::smallint ORDER BY n), array_agg(ad_id ORDER BY n),
           array_agg(detail ORDER BY n), array_agg(1 ORDER BY n), array_agg(at ORDER BY n), array_agg(at ORDER BY n),
           array_agg(playback_ms ORDER BY n),
           array_agg(inet '198.51.100.0' + (abs(hashint8(n * 7919 + v_first)) % 254 + 1) ORDER BY n), array_agg(placement ORDER BY n),
           array_agg(placement_number(placement) ORDER BY n), array_agg(NULL::uuid ORDER BY n)
    INTO v_events
    FROM (SELECT row_number() OVER (ORDER BY at) AS n, * FROM pg_temp.happenings(p_at, p_to, p_now) WHERE at < p_now) AS h;
    IF v_events.sequence IS NULL THEN
        RETURN;
    END IF;
    v_counts := count_events(v_events);
    PERFORM FROM import_batch(
        0::smallint, (SELECT lanes FROM lanes WHERE lane = 0), 'de300000-0000-4000-8000-000000000001',
        'de300000-0000-4000-8000-000000000002', true, NULL, v_events.sequence, v_events.kind, v_events.verdict,
        v_events.flags, v_events.ad_id, v_events.detail, v_events.quantity, v_events.received_at, v_events.occurred_at,
        v_events.playback_ms, v_events.ip, v_events.placement, v_events.placement_id, v_events.key, NULL, NULL,
        (SELECT array_agg(placement_number(name) ORDER BY placement_number(name)) FROM demo_placements),
        (SELECT array_agg(name ORDER BY placement_number(name)) FROM demo_placements), v_counts.bucket, v_counts.dimension,
        v_counts.key, v_counts.detail, v_counts.verdict, v_counts.playback_ms, v_counts.cells, NULL);
END
$$;

CREATE PROCEDURE pg_temp.fill_days(p_now timestamptz, p_days integer) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := date_trunc('minute', p_now);
    v_at timestamptz := greatest(
        date_trunc('day', v_now) - p_days * interval '1 day',
        (SELECT to_timestamp((max(last_sequence) - (1::bigint << 40) >> 15) * 60) FROM ingest_runs
         WHERE journal = 'de300000-0000-4000-8000-000000000001'));
    v_to timestamptz;
BEGIN
    PERFORM setseed(0.42);
    WHILE v_at < v_now LOOP
        v_to := least(date_trunc('hour', v_at) + interval '1 hour', v_now);
        PERFORM pg_temp.fill(v_at, v_to, v_now);
        COMMIT;
        v_at := v_to;
    END LOOP;
END
$$;
CALL pg_temp.fill_days(:'now', :days);

\pset footer off
SELECT a.id, a.title, sum(t.impressions) AS impressions, sum(t.clicks) AS clicks, sum(t.completes) AS completes
FROM demo_ads d JOIN ads a USING (id) LEFT JOIN ad_days t ON t.ad_id = a.id GROUP BY 1, 2 ORDER BY 3 DESC;
