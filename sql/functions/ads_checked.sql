-- What an ad's columns in JSON and its wrapper_url may hold: whoever writes them is told in words which item is
-- wrong, and how. The program reads them alike (protocol/creative.c), and passes over what it finds wrong in a view.

CREATE OR REPLACE FUNCTION is_url(p_value jsonb, p_scheme text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
RETURN coalesce(jsonb_typeof(p_value) = 'string' AND p_value #>> '{}' ~* ('^' || p_scheme || '://[^/?#]')
                AND octet_length(p_value #>> '{}') <= 8192, false);

CREATE OR REPLACE FUNCTION is_whole(p_value jsonb, p_last bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
RETURN jsonb_typeof(p_value) = 'number' AND p_value::text ~ '^[0-9]{1,18}$'
       AND CASE WHEN p_value::text ~ '^[0-9]{1,18}$' THEN p_value::text::bigint <= p_last END;

-- A member of an item of media_files; null is none.
CREATE OR REPLACE FUNCTION media_member_fault(p_name text, p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
RETURN CASE
    WHEN p_value = 'null' THEN NULL
    WHEN p_name = 'url' THEN
        CASE WHEN NOT is_url(p_value, 'https?') THEN 'url is no http or https URL' END
    WHEN p_name IN ('type', 'codec') THEN
        CASE WHEN jsonb_typeof(p_value) <> 'string' OR p_value = '""' THEN p_name || ' is no text' END
    WHEN p_name = 'delivery' THEN
        CASE WHEN p_value NOT IN ('"progressive"', '"streaming"')
             THEN 'delivery is neither progressive nor streaming' END
    WHEN p_name IN ('width', 'height', 'bitrate_kbps') THEN
        CASE WHEN NOT is_whole(p_value, 2147483647) THEN p_name || ' is no integer from 0 to 2147483647' END
    WHEN p_name = 'mezzanine' THEN
        CASE WHEN jsonb_typeof(p_value) <> 'boolean' THEN 'mezzanine is neither true nor false' END
    ELSE p_name || ' is unknown: there are url, type, delivery, width, height, bitrate_kbps, codec, mezzanine'
END;

CREATE OR REPLACE FUNCTION media_files_fault(p_files jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_item record;
    v_fault text;
BEGIN
    IF p_files IS NULL OR p_files = 'null' THEN
        RETURN NULL;
    ELSIF jsonb_typeof(p_files) <> 'array' THEN
        RETURN 'it is no array: [{"url": "https://..."}, ...]';
    ELSIF jsonb_array_length(p_files) > 50 THEN
        RETURN format('there are %s items, more than 50', jsonb_array_length(p_files));
    END IF;
    FOR v_item IN SELECT value, number FROM jsonb_array_elements(p_files) WITH ORDINALITY AS i (value, number) LOOP
        IF jsonb_typeof(v_item.value) <> 'object' THEN
            RETURN format('item %s: it is no object: {"url": "https://..."}', v_item.number);
        ELSIF jsonb_typeof(v_item.value -> 'url') IS DISTINCT FROM 'string' THEN
            RETURN format('item %s: url is missing', v_item.number);
        END IF;
        SELECT media_member_fault(key, value) INTO v_fault FROM jsonb_each(v_item.value)
        WHERE media_member_fault(key, value) IS NOT NULL LIMIT 1;
        IF v_fault IS NOT NULL THEN
            RETURN format('item %s: %s', v_item.number, v_fault);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- The events that clients report are those before the server's own three.
CREATE OR REPLACE FUNCTION trackers_fault(p_trackers jsonb) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_kinds text[] := enum_range(NULL::event_kind)::text[];
    v_fault text;
    v_urls bigint;
    v_bytes bigint;
BEGIN
    IF p_trackers IS NULL OR p_trackers = 'null' THEN
        RETURN NULL;
    ELSIF jsonb_typeof(p_trackers) <> 'object' THEN
        RETURN 'it is no object: {"impression": "https://...", "start": ["https://...", "https://..."]}';
    END IF;
    WITH events AS (
        SELECT key AS name, value, coalesce(array_position(v_kinds, key), 0) AS place FROM jsonb_each(p_trackers)
    ), urls AS (
        SELECT name, place, url, number FROM events, jsonb_array_elements(
            CASE jsonb_typeof(value) WHEN 'array' THEN value WHEN 'null' THEN '[]' ELSE jsonb_build_array(value) END)
            WITH ORDINALITY AS u (url, number)
    ), faults AS (
        SELECT place, 0 AS number, format('there is no event %s', name) AS fault
        FROM events WHERE place = 0 OR place BETWEEN 25 AND 27
        UNION ALL
        SELECT place, number, format('%s, URL %s: it is no https URL', name, number)
        FROM urls WHERE NOT is_url(url, 'https')
    )
    SELECT (SELECT fault FROM faults ORDER BY place, number, fault LIMIT 1), (SELECT count(*) FROM urls),
           (SELECT sum(octet_length(url #>> '{}')) FROM urls)
    INTO v_fault, v_urls, v_bytes;
    RETURN CASE WHEN v_urls > 200 THEN format('there are %s URLs, more than 200', v_urls)
                WHEN v_fault IS NULL AND v_bytes > 65536
                THEN format('the URLs are %s bytes long, more than 65536', v_bytes)
                ELSE v_fault END;
END
$$;

CREATE OR REPLACE FUNCTION progress_offsets_fault(p_offsets jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_number bigint;
    v_fault text;
BEGIN
    IF p_offsets IS NULL OR p_offsets = 'null' THEN
        RETURN NULL;
    ELSIF jsonb_typeof(p_offsets) <> 'array' THEN
        RETURN 'it is no array: [5000, 15000]';
    ELSIF jsonb_array_length(p_offsets) > 20 THEN
        RETURN format('there are %s items, more than 20', jsonb_array_length(p_offsets));
    END IF;
    SELECT number, CASE WHEN is_whole(value, 86400000) THEN 'it is given twice'
                        ELSE 'it is no integer from 0 to 86400000' END
    INTO v_number, v_fault
    FROM (SELECT value, number, row_number() OVER (PARTITION BY value ORDER BY number) AS nth
          FROM jsonb_array_elements(p_offsets) WITH ORDINALITY AS o (value, number)) AS items
    WHERE nth > 1 OR NOT is_whole(value, 86400000) ORDER BY number LIMIT 1;
    RETURN CASE WHEN v_number IS NOT NULL THEN format('item %s: %s', v_number, v_fault) END;
END
$$;

CREATE OR REPLACE FUNCTION wrapper_url_fault(p_url text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
RETURN CASE WHEN p_url <> '' AND NOT is_url(to_jsonb(p_url), 'https?') THEN 'it is no http or https URL' END;

-- The columns may be of type json or text where the table was there before us.
CREATE OR REPLACE FUNCTION check_ad() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_column text;
    v_fault text;
BEGIN
    FOR v_column, v_fault IN
        VALUES ('media_files', media_files_fault(NEW.media_files::text::jsonb)),
               ('trackers', trackers_fault(NEW.trackers::text::jsonb)),
               ('progress_offsets_ms', progress_offsets_fault(NEW.progress_offsets_ms::text::jsonb)),
               ('wrapper_url', wrapper_url_fault(NEW.wrapper_url::text))
    LOOP
        IF v_fault IS NOT NULL THEN
            RAISE EXCEPTION '%.%: %', TG_TABLE_NAME, v_column, v_fault
                USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = v_column;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

-- A view in the place of the table has none: the table behind it keeps its own.
DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'ads'::regclass) IN ('r', 'p') THEN
        EXECUTE 'CREATE OR REPLACE TRIGGER ads_checked '
                'BEFORE INSERT OR UPDATE OF media_files, trackers, progress_offsets_ms, wrapper_url ON ads '
                'FOR EACH ROW EXECUTE FUNCTION check_ad()';
    END IF;
END
$$;
