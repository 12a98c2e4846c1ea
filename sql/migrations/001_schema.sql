-- Ads, events and their counts. Adopts a database of the original service (tables ads and clicks)
-- or fills an empty one. The session's time zone is UTC.

CREATE TABLE IF NOT EXISTS ads (
    id serial PRIMARY KEY,
    image_url text,
    target_url text
);

ALTER TABLE ads
    ADD COLUMN IF NOT EXISTS title text,
    ADD COLUMN IF NOT EXISTS video_url text,
    ADD COLUMN IF NOT EXISTS video_type text,
    ADD COLUMN IF NOT EXISTS video_width integer CHECK (video_width > 0),
    ADD COLUMN IF NOT EXISTS video_height integer CHECK (video_height > 0),
    ADD COLUMN IF NOT EXISTS duration_ms integer CHECK (duration_ms > 0),
    ADD COLUMN IF NOT EXISTS active boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS starts_at timestamptz,
    ADD COLUMN IF NOT EXISTS ends_at timestamptz;

-- Every server keeps the ads in memory and hears of each change.
CREATE FUNCTION notify_ads_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ads_changed', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER ads_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ads
    FOR EACH STATEMENT EXECUTE FUNCTION notify_ads_changed();

-- In the order of enum event_kind in protocol/event.h.
CREATE TYPE event_kind AS ENUM ('click', 'impression');

CREATE SEQUENCE events_id_seq CACHE 500;

-- One row an event, a partition a day (UTC). No foreign key and no B-tree: each halves the ingest.
-- ip_text holds what an adopted click had as its ip where that is not the plain text of ip.
CREATE TABLE events (
    id bigint NOT NULL DEFAULT nextval('events_id_seq'),
    occurred_at timestamptz,
    ad_id integer,
    video_playback_time integer,
    kind event_kind NOT NULL,
    ip inet,
    ip_text text
) PARTITION BY RANGE (occurred_at);

ALTER SEQUENCE events_id_seq OWNED BY events.id;

CREATE INDEX events_occurred_at ON events
    USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE events_default PARTITION OF events DEFAULT;

-- How many events fell into each minute, hour and day: per ad and kind, and per journal, so that
-- instances never wait for one another. journal_id 0 holds what belongs to no journal.
CREATE TABLE event_counts (
    bucket timestamptz NOT NULL,
    events bigint NOT NULL,
    playback_seconds bigint NOT NULL,
    bucket_seconds integer NOT NULL,
    ad_id integer NOT NULL,
    journal_id integer NOT NULL,
    kind event_kind NOT NULL,
    PRIMARY KEY (bucket_seconds, bucket, ad_id, kind, journal_id)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE VIEW bucket_widths (bucket_seconds, width) AS
    VALUES (60, interval '1 minute'), (3600, interval '1 hour'), (86400, interval '1 day');

-- The bucket a time falls into, in UTC. Nothing lies before the origin: there some releases of
-- PostgreSQL put what is just on an edge into the bucket before.
CREATE FUNCTION bucket_start(p_width interval, p_time timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(p_width, p_time, timestamptz '0001-01-01 00:00:00+00')
$$;

-- How far each journal is stored. The row is locked by whoever stores from it; its nonce is that of
-- the process that may. The arrays count since the journal began: stored and duplicate by event
-- kind, rejected by reason (1 unknown ad, 2 refused by the database).
CREATE TABLE ingest_cursor (
    journal uuid PRIMARY KEY,
    journal_id integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    nonce uuid NOT NULL,
    last_sequence bigint NOT NULL DEFAULT 0,
    stored bigint[] NOT NULL DEFAULT '{0,0}',
    duplicate bigint[] NOT NULL DEFAULT '{0,0}',
    rejected bigint[] NOT NULL DEFAULT '{0,0}',
    claimed_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- Events that could not be stored, whole, with the reason. retry_rejected() brings them back.
CREATE TABLE rejected_events (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    journal uuid NOT NULL,
    sequence bigint NOT NULL,
    kind event_kind NOT NULL,
    ad_id integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    ip inet,
    video_playback_time integer NOT NULL,
    event_id text,
    reason text NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT now()
);

-- The event_ids that were stored: each stands under its own day (UTC) and the next one.
CREATE TABLE event_keys (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind event_kind NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (day, ad_id, kind, event_id)
) PARTITION BY RANGE (day);

CREATE TABLE event_keys_default PARTITION OF event_keys DEFAULT;
