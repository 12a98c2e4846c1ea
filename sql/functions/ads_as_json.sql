-- Ads as those who run them see them: every column of the program's, as JSON, out of to_jsonb(ads). Columns that
-- a view in the place of the table lacks are null, and those of somebody's own are left out.

-- A time as RFC 3339 in UTC, as the program writes it; one that is not finite is none.
CREATE OR REPLACE FUNCTION ad_time(p_time text) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN isfinite(p_time::timestamptz)
            THEN replace(to_char(p_time::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
                 || 'Z' END;

-- A column of JSON may be of type text where the table was there before us; what is no JSON stays a text.
CREATE OR REPLACE FUNCTION ad_json(p_value jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN CASE jsonb_typeof(p_value) WHEN 'string' THEN (p_value #>> '{}')::jsonb ELSE p_value END;
EXCEPTION WHEN data_exception THEN
    RETURN p_value;
END
$$;

-- What becomes of the ad at a time, in a word. One without weight is available, and never picked.
CREATE OR REPLACE FUNCTION ad_state(p_archived_at timestamptz, p_active boolean, p_starts_at timestamptz,
                                    p_ends_at timestamptz, p_weight bigint, p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_archived_at < 'infinity' THEN 'archived'
            WHEN p_active IS NOT TRUE THEN 'paused'
            WHEN p_ends_at <= p_at THEN 'ended'
            WHEN p_starts_at > p_at THEN 'scheduled'
            WHEN p_weight <= 0 THEN 'without_weight'
            ELSE 'available' END;

CREATE OR REPLACE FUNCTION ad_state_of(p_ad jsonb, p_at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN ad_state((p_ad ->> 'archived_at')::timestamptz, (p_ad ->> 'active')::boolean,
                (p_ad ->> 'starts_at')::timestamptz, (p_ad ->> 'ends_at')::timestamptz,
                (p_ad ->> 'weight')::bigint, p_at);

-- The members of its object: all that its tag is made of.
CREATE OR REPLACE FUNCTION ad_members(p_ad jsonb) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT string_agg(format('"%s":%s', name, coalesce(
                   CASE WHEN name IN ('starts_at', 'ends_at', 'archived_at') THEN to_jsonb(ad_time(p_ad ->> name))
                        WHEN name IN ('media_files', 'trackers', 'progress_offsets_ms') THEN ad_json(p_ad -> name)
                        ELSE p_ad -> name END, 'null')), ',' ORDER BY place)
        FROM unnest(ARRAY['id', 'image_url', 'target_url', 'title', 'video_url', 'video_type', 'video_width',
                          'video_height', 'duration_ms', 'active', 'starts_at', 'ends_at', 'weight', 'skip_after_ms',
                          'image_width', 'image_height', 'advertiser', 'category', 'wrapper_url', 'media_files',
                          'trackers', 'progress_offsets_ms', 'ad_verifications', 'archived_at'])
             WITH ORDINALITY AS m (name, place));

-- The same content has the same tag, whoever asks and whenever: what an ad's state is depends on the time, and
-- is no part of it.
CREATE OR REPLACE FUNCTION ad_etag(p_members text) RETURNS text
LANGUAGE sql STABLE
RETURN '"' || left(encode(sha256(convert_to(p_members, getdatabaseencoding())), 'hex'), 32) || '"';

CREATE OR REPLACE FUNCTION ad_answer_of(p_status integer, p_ad jsonb) RETURNS ad_answer
LANGUAGE sql STABLE
RETURN (SELECT ROW(p_status, (p_ad ->> 'id')::integer, ad_etag(members),
                   format('{%s,"state":"%s"}', members, ad_state_of(p_ad, now())), NULL, NULL)::ad_answer
        FROM (SELECT ad_members(p_ad) AS members OFFSET 0) AS m);

CREATE OR REPLACE FUNCTION read_ad(p_id integer) RETURNS ad_answer
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_ad jsonb;
BEGIN
    SELECT to_jsonb(a) INTO v_ad FROM ads a WHERE id = p_id LIMIT 1;
    IF NOT FOUND THEN
        RETURN (404, NULL, NULL, NULL, 'there is no ad with this id', NULL)::ad_answer;
    END IF;
    RETURN ad_answer_of(200, v_ad);
END
$$;

-- Ads by their ids, the newest first: those below p_after, so many at most, and no more bytes than about p_bytes.
-- p_state, p_text and p_ids: null is no condition. The total is of all pages.
CREATE OR REPLACE FUNCTION list_ads(p_state text, p_text text, p_ids integer[], p_after integer, p_limit integer,
                                    p_bytes integer) RETURNS ad_answer
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_total bigint;
    v_next bigint;
    v_ads text;
    v_body text;
BEGIN
    WITH found AS MATERIALIZED ( -- what a view lacks is looked for further out
        SELECT present.id FROM (SELECT NULL::timestamptz AS archived_at, 1 AS weight, NULL::text AS advertiser,
                                       NULL::text AS category) AS lacked
        CROSS JOIN LATERAL (SELECT id, active, starts_at, ends_at, weight, archived_at, title, advertiser, category,
                                   target_url FROM ads) AS present
        WHERE (p_state IS NULL OR p_state = ad_state(present.archived_at::timestamptz, active, starts_at::timestamptz,
                                                     ends_at::timestamptz, present.weight, now()))
          AND (p_ids IS NULL OR present.id = ANY (p_ids))
          AND (p_text IS NULL OR present.id::text = p_text
               OR position(lower(p_text) IN lower(concat_ws(chr(10), title, present.advertiser, present.category,
                                                                    target_url))) > 0)
    ), page AS (
        SELECT to_jsonb(a) AS ad, a.id FROM ads a
        JOIN (SELECT DISTINCT id FROM found WHERE p_after IS NULL OR id < p_after ORDER BY id DESC LIMIT p_limit + 1)
             AS f ON f.id = a.id
    ), written AS MATERIALIZED (
        SELECT id, members, ad_state_of(ad, now()) AS state
        FROM page, LATERAL (SELECT ad_members(ad) AS members OFFSET 0) AS m
    ), measured AS (
        SELECT *, row_number() OVER w AS place, sum(octet_length(members)) OVER w AS bytes FROM written
        WINDOW w AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING)
    ), taken AS (
        SELECT *, place <= p_limit AND (place = 1 OR bytes <= p_bytes) AS is_taken FROM measured
    )
    SELECT (SELECT count(*) FROM found),
           CASE WHEN bool_or(NOT is_taken) THEN min(id) FILTER (WHERE is_taken) END,
           string_agg(format('{%s,"state":"%s","etag":%s}', members, state, to_json(ad_etag(members))), ','
                      ORDER BY place) FILTER (WHERE is_taken)
    INTO v_total, v_next, v_ads FROM taken;
    v_body := format('{"ads":[%s],"next":%s,"total":%s}', v_ads, coalesce(v_next::text, 'null'), v_total);
    RETURN (200, NULL, ad_etag(v_body), v_body, NULL, NULL)::ad_answer;
END
$$;
