-- Keys: the first 48 bits are a time in ms, the other 80 the beginning of a digest of what makes the
-- event. It is that of the event's id, U, where the id is a UUID of version 7 that counts; else the start
-- of a day.

CREATE OR REPLACE FUNCTION key_at(p_ms bigint, p_digest bytea) RETURNS uuid
LANGUAGE sql IMMUTABLE
RETURN encode(substr(int8send(p_ms), 3) || substr(p_digest, 1, 10), 'hex')::uuid;

-- The least key of a time; any time, from 1970 on, is in reach.
CREATE OR REPLACE FUNCTION key_from(p_at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE
RETURN key_at(floor(extract(epoch FROM p_at) * 1000)::bigint, '\x00000000000000000000');

CREATE OR REPLACE FUNCTION key_ms(p_key uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN ('x' || substr(translate(p_key::text, '-', ''), 1, 12))::bit(48)::bigint;

CREATE OR REPLACE FUNCTION time_of_ms(p_ms bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
RETURN timestamptz '1970-01-01 00:00:00+00' + p_ms / 1000 * interval '1 second'
       + p_ms % 1000 * interval '1 millisecond';

-- Bytes as they lie in memory: the least first.
CREATE OR REPLACE FUNCTION bytes_of(p_number integer) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN substr(int4send(p_number), 4, 1) || substr(int4send(p_number), 3, 1) || substr(int4send(p_number), 2, 1)
       || substr(int4send(p_number), 1, 1);

-- p_detail: of a progress; else 0. STABLE, as convert_to() is: else it would not be inlined, which counts where a
-- million keys are made.
CREATE OR REPLACE FUNCTION event_digest(p_space integer, p_kind integer, p_ad_id integer, p_detail integer,
                                        p_id text)
RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(substr(bytes_of(p_space), 1, 1) || substr(bytes_of(p_kind), 1, 1) || bytes_of(p_ad_id)
              || bytes_of(p_detail) || convert_to(p_id, 'UTF8'));

-- The time in ms that an id carries, null where it carries none.
CREATE OR REPLACE FUNCTION id_ms(p_id text) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
            THEN nullif(key_ms(p_id::uuid), key_ms(p_id::uuid) / 86400000 * 86400000) END;

-- The key and all it is claimed under, of an event of this key; claims[1] is the key. An event is a
-- duplicate where one of them is taken.
CREATE OR REPLACE FUNCTION key_claims(p_key uuid, p_occurred_at timestamptz) RETURNS uuid[]
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_ms bigint := key_ms(p_key);
    v_digest bytea := substr(uuid_send(p_key), 7);
    v_occurred_ms bigint := floor(extract(epoch FROM p_occurred_at) * 1000);
    v_day bigint := floor(v_occurred_ms / 86400000.0) * 86400000;
    v_days uuid[] := ARRAY[key_at(v_day, v_digest), key_at(v_day + 86400000, v_digest)];
BEGIN
    IF v_ms % 86400000 = 0 THEN
        RETURN v_days;
    ELSIF p_occurred_at > time_of_ms(v_ms) - interval '23 hours'
          AND p_occurred_at < time_of_ms(v_ms) + interval '23 hours' THEN
        RETURN ARRAY[p_key];
    END IF;
    RETURN p_key || v_days;
END
$$;

-- The key of an event with an id, made anew.
CREATE OR REPLACE FUNCTION key_of(p_id text, p_digest bytea, p_received_at timestamptz, p_occurred_at timestamptz)
RETURNS uuid
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
DECLARE
    v_ms bigint := id_ms(p_id);
BEGIN
    IF time_of_ms(v_ms) BETWEEN p_received_at - interval '360 hours' AND p_received_at + interval '360 hours' THEN
        RETURN key_at(v_ms, p_digest);
    END IF;
    RETURN key_at(floor(extract(epoch FROM p_occurred_at) / 86400)::bigint * 86400000, p_digest);
END
$$;

-- Claims these, ascending, and returns which events were too late: those of which one was taken, by
-- another event or by one before it in p_event. They are inserted sorted, in one statement, so that
-- instances that claim the same ones wait but do not deadlock. Mostly none is taken: they are inserted as if
-- it were so, at half the cost of ON CONFLICT, and where one was, that is undone.
CREATE OR REPLACE FUNCTION claim_keys(p_lane smallint, p_event integer[], p_claim uuid[]) RETURNS integer[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_fresh uuid[];
    v_duplicates integer[] := '{}';
BEGIN
    IF to_regclass('before_event_keys') IS NOT NULL THEN
        RAISE EXCEPTION 'the event_ids stored by an older version are being brought over'
            USING ERRCODE = 'lock_not_available'; -- so that it is tried again
    END IF;
    BEGIN
        INSERT INTO event_keys (lane, key)
        SELECT m.lane, unnest(p_claim) FROM marks m WHERE m.lane = p_lane AND m.mark = 0;
        RETURN v_duplicates;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
    WITH claimed AS (
        INSERT INTO event_keys (lane, key)
        SELECT m.lane, unnest(p_claim) FROM marks m WHERE m.lane = p_lane AND m.mark = 0
        ON CONFLICT DO NOTHING
        RETURNING key
    )
    SELECT array_agg(key) INTO v_fresh FROM claimed;
    IF coalesce(cardinality(v_fresh), 0) < cardinality(p_claim) THEN
        v_duplicates := ARRAY(
            SELECT DISTINCT c.event
            FROM (SELECT event, claim, first_value(event) OVER (PARTITION BY claim ORDER BY event) AS first
                  FROM unnest(p_event, p_claim) AS given (event, claim)) AS c
            LEFT JOIN unnest(v_fresh) AS f (key) ON f.key = c.claim
            WHERE f.key IS NULL OR c.first <> c.event);
    END IF;
    RETURN v_duplicates;
END
$$;
