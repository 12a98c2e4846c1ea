-- Every kind of event, counted in columns by the number of the kind; keys of 128 bits; lanes. What lies
-- there from before steps aside under names that begin with before_, in this one short transaction:
-- bring_over() moves it, and a program of the version before finds none of its functions.

SET LOCAL lock_timeout = '5s'; -- whoever reads an event is waited for, and others wait behind us
LOCK TABLE events, event_keys, event_counts, ingest_cursor, ingest_runs, rejected_events IN ACCESS EXCLUSIVE MODE;
SET LOCAL lock_timeout = 0;

DROP FUNCTION IF EXISTS ingest_batch(uuid, uuid, uuid, bigint[], smallint[], integer[], timestamptz[], inet[],
                                     integer[], text[], text);
DROP FUNCTION IF EXISTS import_batch(uuid, uuid, bigint[], smallint[], integer[], timestamptz[], inet[],
                                     integer[], text[], text);
DROP FUNCTION IF EXISTS store_batch(uuid, integer, bigint, int8multirange, bigint[], smallint[], integer[],
                                    timestamptz[], inet[], integer[], text[], text, bigint[], bigint[],
                                    bigint[]);
DROP FUNCTION IF EXISTS claim_journal(uuid, uuid[], uuid);
DROP FUNCTION IF EXISTS claim_event_ids(bigint[], date[], integer[], event_kind[], text[]);
DROP FUNCTION IF EXISTS add_to_counts(integer, timestamptz[], integer[], event_kind[], bigint[], bigint[],
                                      integer[]);
DROP FUNCTION IF EXISTS fold_counts(timestamptz, integer);
DROP FUNCTION IF EXISTS analytics_totals(timestamptz, timestamptz, integer);
DROP FUNCTION IF EXISTS whole_buckets(interval, timestamptz, timestamptz);
DROP FUNCTION IF EXISTS lock_run(uuid, uuid);
DROP FUNCTION IF EXISTS note_stored(ingest_runs, bigint, bigint, bigint[]);
DROP FUNCTION IF EXISTS import_position(uuid, uuid, bigint);
DROP FUNCTION IF EXISTS find_run(uuid, uuid, bigint);
DROP FUNCTION IF EXISTS store_rejected(bigint[]);
DROP FUNCTION IF EXISTS retry_rejected(integer);
DROP FUNCTION IF EXISTS maintain();
DROP FUNCTION IF EXISTS create_day_partitions(text, text, date, integer);
DROP FUNCTION IF EXISTS partition_bounds(text);

-- Counts are made anew, from the events.
DROP TABLE event_counts;

-- The names of partitions hold the day, and are wanted for those to come.
DO $$
DECLARE
    v_table text;
    v_partition record;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['events', 'event_keys'] LOOP
        FOR v_partition IN SELECT c.oid::regclass AS name, c.relname FROM pg_inherits i
                           JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = v_table::regclass LOOP
            EXECUTE format('ALTER TABLE %s RENAME TO %I', v_partition.name, 'before_' || v_partition.relname);
        END LOOP;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', v_table, 'before_' || v_table);
    END LOOP;
    IF to_regclass('original_clicks') IS NOT NULL THEN -- 006_adopt_clicks.sql moves them
        ALTER TABLE original_clicks RENAME TO before_clicks;
    END IF;
END
$$;
ALTER TABLE rejected_events RENAME TO before_rejected_events;
ALTER INDEX events_occurred_at RENAME TO before_events_occurred_at;
ALTER INDEX event_keys_pkey RENAME TO before_event_keys_pkey;
ALTER INDEX rejected_events_pkey RENAME TO before_rejected_events_pkey;
ALTER SEQUENCE rejected_events_id_seq RENAME TO before_rejected_events_id_seq;

-- Lanes part what is stored; one where nothing else is said. LANES is a row in each, 0 while it is
-- changed, with the number before it.
CREATE TABLE lanes (
    lane smallint PRIMARY KEY,
    lanes smallint NOT NULL,
    lanes_before smallint NOT NULL
);

-- How far the counts of a lane have come; none goes back. mark 0: closed, what happened before it is
-- late; 1 to 4: rolled up to there, of each level from the quarter hour on; 5: minutes are kept from
-- there on. A row each: a batch that reads one must not wait for another. dimension, key: the last that are
-- there of the level's bucket that begins at the mark, where it is made in slices; -1: none of it.
CREATE TABLE marks (
    lane smallint NOT NULL,
    mark smallint NOT NULL,
    at timestamptz NOT NULL,
    dimension smallint NOT NULL DEFAULT -1,
    key bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (lane, mark)
);

INSERT INTO lanes VALUES (0, 1, 1);
INSERT INTO marks
SELECT 0, mark, date_trunc(CASE mark WHEN 3 THEN 'day' WHEN 4 THEN 'month' WHEN 5 THEN 'day' ELSE 'hour' END,
                           now(), 'UTC')
FROM generate_series(0, 5) AS mark;

-- One row per event, one partition per day for those stored in their time, and another for the late
-- ones. No foreign key, and a B-tree over late ones alone: each halves the ingest. A batch takes one
-- number of the sequence. ip_text is the ip of an adopted click where that is not the plain text of an
-- address.
CREATE TABLE events (
    id bigint NOT NULL DEFAULT nextval('events_id_seq'),
    occurred_at timestamptz,
    received_at timestamptz,
    playback_ms bigint,
    placement_id bigint,
    ad_id integer,
    detail integer NOT NULL DEFAULT 0,
    quantity integer NOT NULL DEFAULT 1,
    kind event_kind NOT NULL,
    verdict smallint NOT NULL DEFAULT 0,
    flags smallint NOT NULL DEFAULT 0,
    lane smallint NOT NULL DEFAULT 0,
    late boolean NOT NULL DEFAULT false,
    ip inet,
    placement text COLLATE "C",
    ip_text text
) PARTITION BY RANGE (late, occurred_at);

ALTER SEQUENCE events_id_seq OWNED BY events.id INCREMENT BY 65536 CACHE 1;

CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE INDEX events_default_occurred_at ON events_default
    USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);

-- Of each event with an id, the days that it counts under: see event_keys.sql.
CREATE TABLE event_keys (
    lane smallint NOT NULL,
    key uuid NOT NULL,
    PRIMARY KEY (lane, key)
) PARTITION BY RANGE (key);

CREATE TABLE event_keys_default PARTITION OF event_keys DEFAULT;

-- The placements that events are counted under.
CREATE TABLE placements (
    lane smallint NOT NULL,
    id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (lane, id)
);

CREATE INDEX placements_day ON placements (lane, day);

-- Counts: k<number> of the kind, sum(quantity), empty where nothing was; playback_ms of the clicks, each
-- from 0 to a day. dimension 0: all; 1: key is the ad; 2: the placement; 3: errors, the ad and the code;
-- 4: no fill, the placement and the reason. journal_id 0: of no journal, and for each journal a row, so
-- that instances do not wait for one another.
-- counts_minute: of those that were not late.
CREATE TABLE counts_minute (
    bucket timestamptz NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    journal_id integer NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint, k1 bigint, k2 bigint, k3 bigint, k4 bigint, k5 bigint, k6 bigint, k7 bigint,
    k8 bigint, k9 bigint, k10 bigint, k11 bigint, k12 bigint, k13 bigint, k14 bigint, k15 bigint,
    k16 bigint, k17 bigint, k18 bigint, k19 bigint, k20 bigint, k21 bigint, k22 bigint, k23 bigint,
    k24 bigint, k25 bigint, k26 bigint, k27 bigint, k28 bigint, k29 bigint, k30 bigint, k31 bigint,
    PRIMARY KEY (lane, bucket, dimension, key, detail, verdict, journal_id)
) PARTITION BY RANGE (bucket);

CREATE TABLE counts_minute_default PARTITION OF counts_minute DEFAULT WITH (fillfactor = 60);

-- Minutes as well: of late events, and of what comes without a journal; fold_late() takes them away.
CREATE TABLE counts_late (LIKE counts_minute)
    WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Null: of no journal, and as many rows as come.
ALTER TABLE counts_late ALTER COLUMN journal_id DROP NOT NULL;
CREATE UNIQUE INDEX counts_late_bucket ON counts_late (lane, bucket, dimension, key, detail, verdict, journal_id);
-- A reader's: there may be a million of them, of a backlog.
CREATE INDEX counts_late_key ON counts_late (lane, dimension, key, bucket);

-- What lies before the marks. level 0: minutes of dimension 0; 1: quarter hours; 2: hours; 3: days;
-- 4: months, all of UTC.
CREATE TABLE counts (
    bucket timestamptz NOT NULL,
    key bigint NOT NULL,
    detail integer NOT NULL,
    level smallint NOT NULL,
    dimension smallint NOT NULL,
    verdict smallint NOT NULL,
    lane smallint NOT NULL,
    playback_ms bigint,
    k0 bigint, k1 bigint, k2 bigint, k3 bigint, k4 bigint, k5 bigint, k6 bigint, k7 bigint,
    k8 bigint, k9 bigint, k10 bigint, k11 bigint, k12 bigint, k13 bigint, k14 bigint, k15 bigint,
    k16 bigint, k17 bigint, k18 bigint, k19 bigint, k20 bigint, k21 bigint, k22 bigint, k23 bigint,
    k24 bigint, k25 bigint, k26 bigint, k27 bigint, k28 bigint, k29 bigint, k30 bigint, k31 bigint,
    PRIMARY KEY (lane, level, bucket, dimension, key, detail, verdict)
) PARTITION BY LIST (level);

CREATE TABLE counts_minutes_of_all PARTITION OF counts FOR VALUES IN (0);
CREATE TABLE counts_quarter PARTITION OF counts FOR VALUES IN (1);
CREATE TABLE counts_hour PARTITION OF counts FOR VALUES IN (2);
CREATE TABLE counts_day PARTITION OF counts FOR VALUES IN (3);
CREATE TABLE counts_month PARTITION OF counts FOR VALUES IN (4);

-- Events that could not be stored, whole, with the reason. retry_rejected() stores them.
CREATE TABLE rejected_events (
    lane smallint NOT NULL DEFAULT 0,
    id bigint NOT NULL DEFAULT nextval('events_id_seq'),
    journal uuid NOT NULL,
    sequence bigint NOT NULL,
    kind event_kind NOT NULL,
    verdict smallint NOT NULL,
    flags smallint NOT NULL,
    ad_id integer NOT NULL,
    detail integer NOT NULL,
    quantity integer NOT NULL,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    playback_ms bigint,
    ip inet,
    placement text COLLATE "C",
    placement_id bigint,
    key uuid,
    reason text NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lane, id)
);

-- The position of a journal in each lane. row_minute: when this row was made. A batch of a later minute
-- makes another in its place, so that the versions of a row do not pile up behind a transaction that
-- stays open. received_to: the newest event that was stored.
ALTER TABLE ingest_cursor
    ADD COLUMN lane smallint NOT NULL DEFAULT 0,
    ADD COLUMN row_minute timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN received_to timestamptz,
    ALTER COLUMN journal_id SET GENERATED BY DEFAULT,
    DROP CONSTRAINT ingest_cursor_pkey,
    DROP CONSTRAINT ingest_cursor_journal_id_key,
    ADD PRIMARY KEY (lane, journal_id, row_minute);
CREATE INDEX ingest_cursor_journal ON ingest_cursor (journal);
UPDATE ingest_cursor SET received_to = stored_at WHERE last_sequence > 0;

ALTER TABLE ingest_runs
    ADD COLUMN row_minute timestamptz NOT NULL DEFAULT '-infinity',
    DROP CONSTRAINT ingest_runs_pkey,
    ADD PRIMARY KEY (lane, journal, nonce, row_minute);

-- What the functions hand to one another: events in columns, and counts of minutes, whose cells are
-- as many numbers for each row as there are kinds.
CREATE TYPE event_columns AS (
    sequence bigint[], kind smallint[], verdict smallint[], flags smallint[], ad_id integer[], detail integer[],
    quantity integer[], received_at timestamptz[], occurred_at timestamptz[], playback_ms bigint[], ip inet[],
    placement text[], placement_id bigint[], key uuid[]
);
CREATE TYPE count_columns AS (
    bucket timestamptz[], dimension smallint[], key bigint[], detail integer[], verdict smallint[],
    playback_ms bigint[], cells bigint[]
);

-- Where all tables are published, a DELETE is refused without an identity (55000).
ALTER TABLE events REPLICA IDENTITY FULL;
ALTER TABLE events_default REPLICA IDENTITY FULL;
ALTER TABLE counts_late REPLICA IDENTITY FULL;

-- Everything from before the days that have partitions of their own: the last 15, and those that an older
-- version has made. Not from MINVALUE: PostgreSQL 15 would leave out the default partition for whatever
-- lies in the gap before such a bound.
DO $$
DECLARE
    v_past text := to_char(least(
        now() AT TIME ZONE 'UTC' - interval '15 days',
        (SELECT min(substring(pg_get_expr(p.relpartbound, p.oid) FROM $re$FROM \(MINVALUE\) TO \('(.{10})$re$)::date)
         FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid
         WHERE i.inhparent = 'before_events'::regclass)), 'YYYY-MM-DD 00:00:00+00');
BEGIN
    EXECUTE format('CREATE TABLE events_past PARTITION OF events '
                   'FOR VALUES FROM (false, ''-infinity'') TO (false, %L)', v_past);
    EXECUTE format('CREATE TABLE events_past_late PARTITION OF events '
                   'FOR VALUES FROM (true, ''-infinity'') TO (true, %L)', v_past);
    CREATE INDEX events_past_occurred_at ON events_past
        USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);
    CREATE INDEX events_past_late_occurred_at ON events_past_late (occurred_at);
    ALTER TABLE events_past REPLICA IDENTITY FULL;
    ALTER TABLE events_past_late REPLICA IDENTITY FULL;
END
$$;

-- Where nothing was stored, nothing is to be brought over.
DO $$
BEGIN
    IF EXISTS (SELECT FROM before_events) OR EXISTS (SELECT FROM before_event_keys)
       OR EXISTS (SELECT FROM before_rejected_events) OR to_regclass('clicks') IS NOT NULL THEN -- of before_events
        CREATE TABLE before_positions (partition regclass PRIMARY KEY, page bigint NOT NULL);
        RETURN;
    END IF;
    DROP TABLE before_events, before_event_keys, before_rejected_events;
END
$$;
