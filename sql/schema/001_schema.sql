-- Tables, types, indexes: of an empty database, or of the original service's, whose `ads` is kept.
-- The enum event_kind is made before, of the program's own table of kinds. Times are UTC.

-- The original's clicks step aside for the view of that name; 002_adopt_clicks.sql moves them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('clicks') AND relkind = 'r') THEN
        ALTER TABLE clicks RENAME TO original_clicks;
    END IF;
END
$$;

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

CREATE SEQUENCE events_id_seq CACHE 500;

-- One row per event, one partition per day. No foreign key and no B-tree: each halves the ingest.
-- ip_text is the ip of an adopted click where that is not the plain text of an address.
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

-- Events per minute, hour and day, ad and kind; and per journal, so that instances do not wait for
-- one another. journal_id 0: of no journal.
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

CREATE INDEX event_counts_journal ON event_counts (journal_id);

-- The ingest position of each journal. Whoever stores from a journal locks its row; only the process
-- with this nonce may. The arrays are totals since the journal began: stored and duplicate by the
-- number of the kind, rejected by reason (unknown ad, refused by the database). They grow as needed.
CREATE TABLE ingest_cursor (
    journal uuid PRIMARY KEY,
    journal_id integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    nonce uuid NOT NULL,
    last_sequence bigint NOT NULL DEFAULT 0,
    stored bigint[] NOT NULL DEFAULT '{}',
    duplicate bigint[] NOT NULL DEFAULT '{}',
    rejected bigint[] NOT NULL DEFAULT '{}',
    claimed_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- Events that could not be stored, whole, with the reason. retry_rejected() stores them.
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

-- The event_ids of stored events, each under its day and the next one.
CREATE TABLE event_keys (
    day date NOT NULL,
    ad_id integer NOT NULL,
    kind event_kind NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (day, ad_id, kind, event_id)
) PARTITION BY RANGE (day);

CREATE TABLE event_keys_default PARTITION OF event_keys DEFAULT;

-- Everything before today. maintain() makes the partitions of today and the days ahead.
DO $$
BEGIN
    EXECUTE format('CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (MINVALUE) TO (%L)',
                   to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD 00:00:00+00'));
END
$$;
