-- Placements are counted under a number made of their name.

-- The first 63 bits of its SHA-256; 0 is none.
CREATE OR REPLACE FUNCTION placement_number(p_name text) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN greatest(('x' || substr(encode(sha256(convert_to(p_name, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
                & 9223372036854775807, 1);

-- Makes those known that are new, up to 10,000 a day in each lane, and returns the numbers of those
-- beyond: they are counted under "(other)". Ascending by number, so that nothing deadlocks.
CREATE OR REPLACE FUNCTION name_placements(p_lane smallint, p_id bigint[], p_name text[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_most CONSTANT integer := 10000;
    v_today date := (now() AT TIME ZONE 'UTC')::date;
    v_known integer;
    v_others bigint[] := '{}';
BEGIN
    SELECT count(*) INTO v_known FROM placements p WHERE p.lane = p_lane AND p.id = ANY (p_id);
    IF v_known = cardinality(p_id) THEN
        RETURN v_others;
    END IF;
    SELECT count(*) INTO v_known FROM placements p WHERE p.lane = p_lane AND p.day = v_today;
    INSERT INTO placements (lane, id, name, day)
    SELECT m.lane, n.id, n.name, v_today
    FROM marks m, unnest(p_id, p_name) AS n (id, name)
    WHERE m.lane = p_lane AND m.mark = 0
      AND NOT EXISTS (SELECT 1 FROM placements p WHERE p.lane = p_lane AND p.id = n.id)
    ORDER BY n.id LIMIT greatest(v_most - v_known, 0)
    ON CONFLICT DO NOTHING;
    v_others := ARRAY(SELECT n.id FROM unnest(p_id) AS n (id)
                      WHERE NOT EXISTS (SELECT 1 FROM placements p WHERE p.lane = p_lane AND p.id = n.id));
    IF cardinality(v_others) > 0 THEN
        INSERT INTO placements (lane, id, name, day)
        VALUES (p_lane, placement_number('(other)'), '(other)', v_today) ON CONFLICT DO NOTHING;
    END IF;
    RETURN v_others;
END
$$;
