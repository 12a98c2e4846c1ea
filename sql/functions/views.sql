-- The views clicks and impressions, writable as the original service's table was: inserts and deletes are applied to
-- events and to the late counts. Tests (verdict 4) are not in them. A condition on their timestamp leaves out no
-- partition: for that ask events by occurred_at, late ones and others apart. What a role may do is told by its rights
-- on the view alone: as a view reads its tables, its triggers write them, with the rights of their owner.

CREATE OR REPLACE VIEW clicks AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp", coalesce(ip_text, host(ip)) AS ip,
           floor(playback_ms / 1000.0)::integer AS video_playback_time
    FROM events WHERE kind = 'click' AND verdict <> 4 AND NOT late
    UNION ALL
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC', coalesce(ip_text, host(ip)),
           floor(playback_ms / 1000.0)::integer
    FROM events WHERE kind = 'click' AND verdict <> 4 AND late;

CREATE OR REPLACE VIEW impressions AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp", coalesce(ip_text, host(ip)) AS ip,
           floor(playback_ms / 1000.0)::integer AS video_playback_time
    FROM events WHERE kind = 'impression' AND verdict <> 4 AND NOT late
    UNION ALL
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC', coalesce(ip_text, host(ip)),
           floor(playback_ms / 1000.0)::integer
    FROM events WHERE kind = 'impression' AND verdict <> 4 AND late;

CREATE OR REPLACE FUNCTION inet_or_null(p_text text) RETURNS inet
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path FROM CURRENT AS $$
BEGIN
    RETURN p_text::inet;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;

-- Adds one event of a lane to the late counts, or takes one that was deleted away.
CREATE OR REPLACE FUNCTION count_event(p_event events, p_times integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_kind smallint := array_position(enum_range(NULL::event_kind), p_event.kind) - 1;
BEGIN
    PERFORM add_counts(p_event.lane, 0, 'infinity', count_events(
        ROW(NULL, ARRAY[v_kind], ARRAY[p_event.verdict], NULL, ARRAY[p_event.ad_id], ARRAY[p_event.detail],
            ARRAY[p_event.quantity], NULL, ARRAY[p_event.occurred_at], ARRAY[p_event.playback_ms], NULL, NULL,
            ARRAY[p_event.placement_id], NULL)::event_columns, p_times));
END
$$;

CREATE OR REPLACE FUNCTION view_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet := inet_or_null(NEW.ip);
    v_closed timestamptz := (SELECT at FROM marks WHERE lane = 0 AND mark = 0);
    v_addresses_from timestamptz;
    v_event events%ROWTYPE;
BEGIN
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    SELECT m.at INTO v_addresses_from FROM marks m WHERE m.lane = 0 AND m.mark = 7 FOR SHARE; -- so it stays meanwhile
    INSERT INTO events (lane, id, occurred_at, received_at, ad_id, playback_ms, kind, late, ip, ip_text)
    VALUES (0, NEW.id, v_at, now(), NEW.ad_id, NEW.video_playback_time * 1000::bigint, TG_ARGV[0]::event_kind,
            v_at < v_closed, CASE WHEN v_at >= v_addresses_from THEN v_ip END,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip AND v_at >= v_addresses_from THEN NEW.ip END)
    RETURNING * INTO v_event;
    PERFORM count_event(v_event, 1);
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION view_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
    v_event events%ROWTYPE;
BEGIN
    IF v_at IS NULL THEN -- adopted without a time
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND verdict <> 4 AND occurred_at IS NULL
        RETURNING * INTO v_event;
    ELSE -- one partition is scanned, then another
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND verdict <> 4 AND NOT late AND occurred_at = v_at
        RETURNING * INTO v_event;
        IF NOT FOUND THEN
            DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND verdict <> 4 AND late AND occurred_at = v_at
            RETURNING * INTO v_event;
        END IF;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM count_event(v_event, -1);
    RETURN OLD;
END
$$;

-- Deletes the event of this id and time, null where it has none, whatever its kind, and what was counted of it. Returns
-- whether there was one. Where the lanes are distributed no row of a view can be deleted: this does it.
CREATE OR REPLACE FUNCTION delete_event(p_id bigint, p_occurred_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_event events%ROWTYPE;
BEGIN
    IF p_occurred_at IS NULL THEN
        DELETE FROM events WHERE id = p_id AND occurred_at IS NULL RETURNING * INTO v_event;
    ELSE -- one partition is scanned, then another
        DELETE FROM events WHERE id = p_id AND NOT late AND occurred_at = p_occurred_at RETURNING * INTO v_event;
        IF v_event.id IS NULL THEN
            DELETE FROM events WHERE id = p_id AND late AND occurred_at = p_occurred_at RETURNING * INTO v_event;
        END IF;
    END IF;
    IF v_event.id IS NULL THEN
        RETURN false;
    END IF;
    PERFORM count_event(v_event, -1);
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION view_reject_update() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened: rows may be added and deleted, not changed', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END
$$;

REVOKE ALL ON FUNCTION view_insert(), view_delete() FROM PUBLIC; -- nobody else's triggers call them

CREATE OR REPLACE TRIGGER clicks_insert INSTEAD OF INSERT ON clicks
    FOR EACH ROW EXECUTE FUNCTION view_insert('click');
CREATE OR REPLACE TRIGGER clicks_delete INSTEAD OF DELETE ON clicks
    FOR EACH ROW EXECUTE FUNCTION view_delete('click');
CREATE OR REPLACE TRIGGER clicks_reject_update INSTEAD OF UPDATE ON clicks
    FOR EACH ROW EXECUTE FUNCTION view_reject_update();

CREATE OR REPLACE TRIGGER impressions_insert INSTEAD OF INSERT ON impressions
    FOR EACH ROW EXECUTE FUNCTION view_insert('impression');
CREATE OR REPLACE TRIGGER impressions_delete INSTEAD OF DELETE ON impressions
    FOR EACH ROW EXECUTE FUNCTION view_delete('impression');
CREATE OR REPLACE TRIGGER impressions_reject_update INSTEAD OF UPDATE ON impressions
    FOR EACH ROW EXECUTE FUNCTION view_reject_update();
