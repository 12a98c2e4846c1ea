-- Changes of ads by HTTP: one call, and one transaction, for each. Of two that change one ad the second waits for
-- the first, and is told that its tag is old.

-- Ends a change; nothing of it stays.
CREATE OR REPLACE FUNCTION refuse_change(p_status integer, p_field text, p_fault text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'VA010', MESSAGE = p_fault, COLUMN = coalesce(p_field, ''),
                          DETAIL = p_status::text;
END
$$;

-- Whether a request with this key may go on (null), or its answer where it was given one. A second one at the
-- same time waits here for the first.
CREATE OR REPLACE FUNCTION claim_request(p_key text, p_digest text) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_request ad_requests;
BEGIN
    DELETE FROM ad_requests WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ad_requests WHERE created_at < now() - interval '1 day' ORDER BY created_at LIMIT 100
        FOR UPDATE SKIP LOCKED));
    LOOP
        INSERT INTO ad_requests (key, digest) VALUES (p_key, p_digest) ON CONFLICT (key) DO NOTHING;
        IF FOUND THEN
            RETURN NULL;
        END IF;
        SELECT * INTO v_request FROM ad_requests WHERE key = p_key AND created_at >= now() - interval '1 day';
        IF FOUND THEN
            IF v_request.digest <> p_digest THEN
                PERFORM refuse_change(422, NULL, 'the Idempotency-Key was another request''s');
            END IF;
            RETURN (v_request.status, v_request.ad_id, v_request.etag, v_request.body, NULL, NULL)::ad_answer;
        END IF;
        DELETE FROM ad_requests WHERE key = p_key AND created_at < now() - interval '1 day';
    END LOOP;
END
$$;

-- The ad, locked until the end: it is there once, and has one of the tags (null: any).
CREATE OR REPLACE FUNCTION lock_ad(p_id integer, p_tags text[]) RETURNS jsonb
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ad jsonb;
    v_found jsonb;
BEGIN
    FOR v_found IN SELECT to_jsonb(a) FROM ads a WHERE id = p_id LIMIT 2 FOR UPDATE LOOP
        IF v_ad IS NOT NULL THEN
            PERFORM refuse_change(409, NULL, 'there are several ads with this id');
        END IF;
        v_ad := v_found;
    END LOOP;
    IF v_ad IS NULL THEN
        PERFORM refuse_change(404, NULL, 'there is no ad with this id');
    ELSIF p_tags IS NOT NULL AND ad_etag(ad_members(v_ad)) <> ALL (p_tags) THEN
        PERFORM refuse_change(412, NULL, 'the ad is not what If-Match says: somebody has changed it');
    END IF;
    RETURN v_ad;
END
$$;

-- Whoever sends back what he was given says nothing with what cannot be changed. The state may be that of a day
-- ago: it changes with the time.
CREATE OR REPLACE FUNCTION check_read_only(p_ad jsonb, p_given jsonb) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_given ? 'id' AND p_given -> 'id' <> p_ad -> 'id' THEN
        PERFORM refuse_change(422, 'id', 'id: an ad keeps the one that it has');
    ELSIF p_given ? 'etag' AND p_given ->> 'etag' IS DISTINCT FROM ad_etag(ad_members(p_ad)) THEN
        PERFORM refuse_change(422, 'etag', 'etag: follows from the other fields, and is not the ad''s as it is');
    ELSIF p_given ? 'state' AND coalesce(p_given ->> 'state', '') NOT IN (
            ad_state_of(p_ad, now()), ad_state_of(p_ad, now() - interval '1 day')) THEN
        PERFORM refuse_change(422, 'state', 'state: follows from other fields: active, starts_at, ends_at, weight, '
                                            'and archived_at, which DELETE sets');
    ELSIF p_given ->> 'archived_at' <> coalesce(ad_time(p_ad ->> 'archived_at'), '') THEN
        PERFORM refuse_change(422, 'archived_at', 'archived_at: DELETE sets it; null takes the ad out of the archive');
    END IF;
END
$$;

-- The first column whose type does not take its value; null where none is found.
CREATE OR REPLACE FUNCTION unfit_column(p_given jsonb) RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_name text;
    v_value jsonb;
BEGIN
    FOR v_name, v_value IN SELECT key, value FROM jsonb_each(p_given) LOOP
        BEGIN
            PERFORM jsonb_populate_record(NULL::ads, jsonb_build_object(v_name, v_value));
        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
            RETURN v_name;
        END;
    END LOOP;
    RETURN NULL;
END
$$;

-- Of the members those that are columns; one that the table, or a view in its place, lacks is refused where it
-- says something.
CREATE OR REPLACE FUNCTION given_columns(p_given jsonb, OUT col text, OUT is_null boolean) RETURNS SETOF record
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_lacked text;
BEGIN
    SELECT key INTO v_lacked FROM jsonb_each(p_given)
    WHERE value <> 'null' AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = quote_ident('ads')::regclass
                                                 AND attnum > 0 AND NOT attisdropped AND attname = key) LIMIT 1;
    IF v_lacked IS NOT NULL THEN
        PERFORM refuse_change(422, v_lacked, v_lacked || ': what is called ads in this database has no such column');
    END IF;
    RETURN QUERY SELECT attname::text, p_given -> attname::text = 'null' FROM pg_attribute
                 WHERE attrelid = quote_ident('ads')::regclass AND attnum > 0 AND NOT attisdropped
                   AND p_given ? attname::text ORDER BY attnum;
END
$$;

-- What is wrong with the ad as it would be.
CREATE OR REPLACE FUNCTION check_written(p_ad jsonb, p_given jsonb) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_given ?| ARRAY['starts_at', 'ends_at']
       AND (p_ad ->> 'ends_at')::timestamptz <= (p_ad ->> 'starts_at')::timestamptz THEN
        PERFORM refuse_change(422, 'ends_at', 'ends_at: must be after starts_at');
    END IF;
    IF p_given ? 'trackers' AND trackers_fault(ad_json(p_ad -> 'trackers')) IS NOT NULL THEN
        PERFORM refuse_change(422, 'trackers', 'trackers: ' || trackers_fault(ad_json(p_ad -> 'trackers')));
    END IF;
    -- A view has no trigger that would.
    PERFORM pg_notify('ads_changed_' || oid, '') FROM pg_namespace WHERE nspname = current_schema();
END
$$;

-- The ids of rows that were written with ids of their own are still to come in the sequence: it moves behind them.
CREATE OR REPLACE FUNCTION insert_ad(p_given jsonb) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_sql text;
    v_sequence text;
    v_ad jsonb;
BEGIN
    SELECT format('INSERT INTO ads AS a (%s) SELECT %s FROM jsonb_populate_record(NULL::ads, $1) AS r '
                  'RETURNING to_jsonb(a)', string_agg(format('%I', col), ', '), string_agg(format('r.%I', col), ', '))
    INTO v_sql FROM given_columns(p_given) WHERE NOT is_null HAVING count(*) > 0;
    FOR v_try IN 1..3 LOOP
        BEGIN
            EXECUTE coalesce(v_sql, 'INSERT INTO ads AS a DEFAULT VALUES RETURNING to_jsonb(a)') INTO v_ad USING p_given;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            v_sequence := pg_get_serial_sequence('ads', 'id');
            IF v_try = 3 OR v_sequence IS NULL
               OR pg_sequence_last_value(v_sequence::regclass) > (SELECT max(id) FROM ads) THEN
                RAISE;
            END IF;
            PERFORM setval(v_sequence, (SELECT max(id) FROM ads));
        END;
    END LOOP;
    IF (v_ad ->> 'id')::bigint BETWEEN 1 AND 2147483647 THEN
        PERFORM check_written(v_ad, p_given);
        RETURN ad_answer_of(201, v_ad);
    END IF;
    PERFORM refuse_change(409, 'id', 'id: the database gives an ad none that can be used: its column has no default');
END
$$;

-- Null is the column's default; a view does not know those of its table.
CREATE OR REPLACE FUNCTION default_of(p_column text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN CASE WHEN (SELECT relkind FROM pg_class WHERE oid = quote_ident('ads')::regclass) <> 'v' THEN 'DEFAULT'
                WHEN p_column = 'active' THEN 'true'
                WHEN p_column = 'weight' THEN '1'
                ELSE 'NULL' END;
END
$$;

CREATE OR REPLACE FUNCTION write_ad(p_id integer, p_given jsonb) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_sql text;
    v_ad jsonb;
BEGIN
    SELECT format('UPDATE ads AS a SET %s FROM jsonb_populate_record(NULL::ads, $1) AS r WHERE a.id = $2 '
                  'RETURNING to_jsonb(a)',
                  string_agg(format('%I = %s', col, CASE WHEN is_null THEN default_of(col) ELSE format('r.%I', col) END),
                             ', '))
    INTO v_sql FROM given_columns(p_given) HAVING count(*) > 0;
    IF v_sql IS NULL THEN
        RETURN read_ad(p_id);
    END IF;
    EXECUTE v_sql INTO v_ad USING p_given, p_id;
    IF v_ad IS NULL THEN
        PERFORM refuse_change(409, NULL, 'the database leaves the ad as it is');
    END IF;
    PERFORM check_written(v_ad, p_given);
    RETURN ad_answer_of(200, v_ad);
END
$$;

-- PATCH is RFC 7396: an object is merged with the one that is there.
CREATE OR REPLACE FUNCTION update_ad(p_method text, p_id integer, p_tags text[], p_given jsonb) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ad jsonb := lock_ad(p_id, p_tags);
    v_given jsonb := p_given - ARRAY['id', 'state', 'etag'];
    v_trackers jsonb := ad_json(v_ad -> 'trackers');
BEGIN
    PERFORM check_read_only(v_ad, p_given);
    IF v_given -> 'archived_at' <> 'null' THEN
        v_given := v_given - 'archived_at';
    END IF;
    IF p_method = 'PATCH' AND jsonb_typeof(v_given -> 'trackers') = 'object' THEN
        v_given := jsonb_set(v_given, '{trackers}', jsonb_strip_nulls(
            CASE jsonb_typeof(v_trackers) WHEN 'object' THEN v_trackers ELSE '{}' END || (v_given -> 'trackers')));
    END IF;
    RETURN write_ad(p_id, v_given);
END
$$;

CREATE OR REPLACE FUNCTION archive_ad(p_id integer, p_tags text[]) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ad jsonb := lock_ad(p_id, p_tags);
BEGIN
    IF (v_ad ->> 'archived_at')::timestamptz < 'infinity' THEN
        RETURN ad_answer_of(200, v_ad);
    ELSIF NOT v_ad ? 'archived_at' THEN
        PERFORM refuse_change(409, 'archived_at', 'archived_at: what is called ads in this database has no such column, '
                                                  'and so no archive');
    END IF;
    RETURN write_ad(p_id, jsonb_build_object('archived_at', now()));
END
$$;

-- Whether something was counted of an ad, of whatever verdict: behind the mark of a level it is in the next finer.
CREATE OR REPLACE FUNCTION has_counts(p_id integer) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM lanes l, counts_late c WHERE c.lane = l.lane AND c.dimension = 1 AND c.key = p_id)
        OR EXISTS (SELECT 1 FROM lanes l, counts c
                   WHERE c.lane = l.lane AND c.level = 4 AND c.dimension = 1 AND c.key = p_id)
        OR EXISTS (SELECT 1 FROM marks m, counts c WHERE m.mark IN (2, 3, 4) AND c.lane = m.lane AND c.level = m.mark - 1
                          AND c.bucket >= m.at AND c.dimension = 1 AND c.key = p_id)
        OR EXISTS (SELECT 1 FROM marks m, counts_minute c WHERE m.mark = 1 AND c.lane = m.lane AND c.bucket >= m.at
                          AND c.dimension = 1 AND c.key = p_id);
END
$$;

-- A server tells now and then how many events wait in its journal: none is worth noting.
CREATE OR REPLACE FUNCTION note_rest(p_journal uuid, p_waiting bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_waiting = 0 THEN
        INSERT INTO journals_at_rest AS r (journal, at) VALUES (p_journal, now())
        ON CONFLICT (journal) DO UPDATE SET at = greatest(r.at, excluded.at);
    END IF;
    RETURN false;
END
$$;

-- A journal that may still hold events of an ad which takes none since p_closed: not all is stored that it had
-- then, or had when its server connected last, which until then may not have heard of the archive. One that
-- nobody has heard of for 30 days is given up: what it holds is too old to be stored.
CREATE OR REPLACE FUNCTION journal_behind(p_closed timestamptz) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT c.journal FROM ingest_cursor c LEFT JOIN journals_at_rest r ON r.journal = c.journal
            WHERE greatest(c.stored_at, c.claimed_at, r.at) > now() - interval '30 days'
              AND coalesce(greatest(c.received_to, r.at), '-infinity')
                  < greatest(p_closed, c.claimed_at + interval '5 minutes')
            ORDER BY 1 LIMIT 1);
END
$$;

-- An ad goes for good when nothing can come any more that names it: what waits in journals has to find it.
-- It takes no events after half of the 14 days (AD_EVENTS_DAYS in protocol/ad.h).
CREATE OR REPLACE FUNCTION purge_ad(p_id integer, p_tags text[]) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_ad jsonb := lock_ad(p_id, p_tags);
    v_from timestamptz := (v_ad ->> 'archived_at')::timestamptz + interval '14 days';
    v_behind uuid := journal_behind(v_from - interval '6 days 23:30'); -- half an hour for clocks and calls on their way
BEGIN
    IF v_from IS NULL OR v_from = 'infinity' THEN
        PERFORM refuse_change(409, NULL, 'the ad is not archived: it may be purged 14 days after it was (DELETE without '
                                         'purge)');
    ELSIF v_from > now() THEN
        PERFORM refuse_change(409, NULL, format('the ad may be purged from %s on, 14 days after it was archived: until '
                                                'then events may come that name it', ad_time(v_from::text)));
    ELSIF to_regclass('before_positions') IS NOT NULL THEN
        PERFORM refuse_change(409, NULL, 'what an older version has stored is still being brought over: it may name the '
                                         'ad');
    ELSIF v_behind IS NOT NULL THEN
        PERFORM refuse_change(409, NULL, format('the journal %s may hold events of the ad: its server has not yet stored all '
                                                'that it had a week after the ad was archived, or has connected just '
                                                'now', v_behind));
    ELSIF has_counts(p_id) THEN
        PERFORM refuse_change(409, NULL, 'the ad stays in the archive: events of it were counted');
    ELSIF EXISTS (SELECT 1 FROM rejected_events WHERE ad_id = p_id) THEN
        PERFORM refuse_change(409, NULL, 'rejected_events has events of the ad: retry_rejected() stores them, or delete '
                                         'them there');
    END IF;
    DELETE FROM ads WHERE id = p_id;
    PERFORM pg_notify('ads_changed_' || oid, '') FROM pg_namespace WHERE nspname = current_schema();
    RETURN (204, p_id, NULL, NULL, NULL, NULL)::ad_answer;
END
$$;

-- One change: POST, PUT, PATCH, DELETE, PURGE of the ad p_id (null: a new one), which has one of the tags p_tags
-- (null: any). p_given: the members of the request, null where a column is to have its default. p_key: its
-- Idempotency-Key (null: none), p_digest what it is compared by.
CREATE OR REPLACE FUNCTION change_ad(p_method text, p_id integer, p_tags text[], p_given jsonb, p_key text,
                                     p_digest text) RETURNS ad_answer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_answer ad_answer;
    v_state text;
    v_fault text;
    v_field text;
    v_status text;
BEGIN
    IF p_key IS NOT NULL THEN
        v_answer := claim_request(p_key, p_digest);
        IF v_answer.status IS NOT NULL THEN
            RETURN v_answer;
        END IF;
    END IF;
    v_answer := CASE p_method WHEN 'POST' THEN insert_ad(p_given)
                              WHEN 'DELETE' THEN archive_ad(p_id, p_tags)
                              WHEN 'PURGE' THEN purge_ad(p_id, p_tags)
                              ELSE update_ad(p_method, p_id, p_tags, p_given) END;
    UPDATE ad_requests SET status = v_answer.status, ad_id = v_answer.ad_id, etag = v_answer.etag, body = v_answer.body
    WHERE key = p_key;
    RETURN v_answer;
EXCEPTION
    WHEN SQLSTATE 'VA010' THEN
        GET STACKED DIAGNOSTICS v_fault = MESSAGE_TEXT, v_field = COLUMN_NAME, v_status = PG_EXCEPTION_DETAIL;
        RETURN (v_status, NULL, NULL, NULL, v_fault, nullif(v_field, ''))::ad_answer;
    WHEN integrity_constraint_violation OR data_exception OR raise_exception OR with_check_option_violation THEN
        GET STACKED DIAGNOSTICS v_fault = MESSAGE_TEXT, v_field = COLUMN_NAME, v_state = RETURNED_SQLSTATE;
        IF v_state = '23514' AND v_field <> '' THEN -- check_ad() names the column in its words, behind the table
            v_fault := regexp_replace(v_fault, '^[^:]*[.]', '');
        ELSIF left(v_state, 2) = '22' THEN
            v_field := unfit_column(p_given);
            v_fault := concat_ws(': ', v_field, v_fault);
        END IF;
        RETURN (422, NULL, NULL, NULL, v_fault, nullif(v_field, ''))::ad_answer;
    WHEN feature_not_supported OR object_not_in_prerequisite_state THEN
        IF SQLSTATE = '55P03' THEN -- a lock that others keep is of that class, too
            RAISE;
        END IF;
        RETURN (409, NULL, NULL, NULL, 'what is called ads in this database takes no such change: ' || SQLERRM,
                NULL)::ad_answer;
END
$$;
