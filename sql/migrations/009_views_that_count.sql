-- What is written to or deleted from the views goes through to the events and their counts, so that a script of the
-- original service, whose clicks were a table, works and analytics stay right.

-- Adds `p_events` (or takes away, when it is below 0) to the counts of a moment.
CREATE FUNCTION add_to_counts(p_at timestamptz, p_ad_id integer, p_kind event_kind, p_playback integer,
                              p_events integer)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO event_counts AS c
        (bucket_seconds, bucket, ad_id, kind, journal_id, events, playback_seconds)
    SELECT w.bucket_seconds, bucket_start(w.width, p_at), coalesce(p_ad_id, 0), p_kind, 0, p_events,
           p_events * coalesce(p_playback, 0)
    FROM bucket_widths w WHERE isfinite(p_at) ORDER BY 1
    ON CONFLICT (bucket_seconds, bucket, ad_id, kind, journal_id) DO UPDATE
    SET events = c.events + excluded.events,
        playback_seconds = c.playback_seconds + excluded.playback_seconds
$$;

CREATE FUNCTION insert_event() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_at timestamptz := coalesce(NEW."timestamp" AT TIME ZONE 'UTC', now());
    v_ip inet;
BEGIN
    BEGIN
        v_ip := NEW.ip::inet;
    EXCEPTION WHEN invalid_text_representation THEN
        NULL; -- kept as it is
    END;
    NEW.id := coalesce(NEW.id, nextval('events_id_seq'));
    NEW."timestamp" := v_at AT TIME ZONE 'UTC';
    INSERT INTO events (id, occurred_at, ad_id, video_playback_time, kind, ip, ip_text)
    VALUES (NEW.id, v_at, NEW.ad_id, NEW.video_playback_time, TG_ARGV[0]::event_kind, v_ip,
            CASE WHEN host(v_ip) IS DISTINCT FROM NEW.ip THEN NEW.ip END);
    PERFORM add_to_counts(v_at, NEW.ad_id, TG_ARGV[0]::event_kind, NEW.video_playback_time, 1);
    RETURN NEW;
END
$$;

CREATE FUNCTION delete_event() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_at timestamptz := OLD."timestamp" AT TIME ZONE 'UTC';
BEGIN
    IF v_at IS NULL THEN -- adopted without one; else the day's partition alone is looked through
        DELETE FROM events WHERE id = OLD.id AND kind = TG_ARGV[0]::event_kind AND occurred_at IS NULL;
    ELSE
        DELETE FROM events WHERE id = OLD.id AND kind = TG_ARGV[0]::event_kind AND occurred_at = v_at;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM add_to_counts(v_at, OLD.ad_id, TG_ARGV[0]::event_kind, OLD.video_playback_time, -1);
    RETURN OLD;
END
$$;

CREATE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened: rows may be added and deleted, not changed', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE TRIGGER add_it INSTEAD OF INSERT ON clicks FOR EACH ROW EXECUTE FUNCTION insert_event('click');
CREATE TRIGGER take_it INSTEAD OF DELETE ON clicks FOR EACH ROW EXECUTE FUNCTION delete_event('click');
CREATE TRIGGER refuse_it INSTEAD OF UPDATE ON clicks FOR EACH ROW EXECUTE FUNCTION refuse_update();
CREATE TRIGGER add_it INSTEAD OF INSERT ON impressions
    FOR EACH ROW EXECUTE FUNCTION insert_event('impression');
CREATE TRIGGER take_it INSTEAD OF DELETE ON impressions
    FOR EACH ROW EXECUTE FUNCTION delete_event('impression');
CREATE TRIGGER refuse_it INSTEAD OF UPDATE ON impressions FOR EACH ROW EXECUTE FUNCTION refuse_update();
