-- The views clicks and impressions, writable as the original service's table was: inserts and deletes
-- are applied to events and event_counts. What a role may do is told by its rights on the view alone: as
-- a view reads its tables, its triggers write them, with the rights of their owner.

CREATE OR REPLACE VIEW clicks AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp",
           coalesce(ip_text, host(ip)) AS ip, video_playback_time
    FROM events WHERE kind = 'click';

CREATE OR REPLACE VIEW impressions AS
    SELECT id, ad_id, occurred_at AT TIME ZONE 'UTC' AS "timestamp",
           coalesce(ip_text, host(ip)) AS ip, video_playback_time
    FROM events WHERE kind = 'impression';

CREATE OR REPLACE FUNCTION inet_or_null(p_text text) RETURNS inet
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path FROM CURRENT AS $$
BEGIN
    RETURN p_text::inet;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION view_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet := inet_or_null(NEW.ip);
BEGIN
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
    VALUES (NEW.id, v_at, NEW.ad_id, NEW.video_playback_time, v_kind, v_ip,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip THEN NEW.ip END);
    PERFORM add_to_counts(0, ARRAY[v_at], ARRAY[NEW.ad_id], ARRAY[v_kind], ARRAY[1],
                          ARRAY[NEW.video_playback_time]);
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION view_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_kind event_kind := TG_ARGV[0];
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
BEGIN
    IF v_at IS NULL THEN -- adopted without a time
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND occurred_at IS NULL;
    ELSE -- one partition is scanned
        DELETE FROM events WHERE id = OLD.id AND kind = v_kind AND occurred_at = v_at;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM add_to_counts(0, ARRAY[v_at], ARRAY[OLD.ad_id], ARRAY[v_kind], ARRAY[-1],
                          ARRAY[-OLD.video_playback_time::bigint]);
    RETURN OLD;
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
