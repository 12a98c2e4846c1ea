"""Where the counts and the events disagree, in plain SQL: nothing of the schema's own functions."""

CODES = ("100,101,102,200,201,202,203,204,205,206,300,301,302,303,304,400,401,402,403,405,406,407,408,409,410,411,"
         "500,501,502,503,600,601,602,603,604,900,901,902")
CELLS = ", ".join(f"k{n}" for n in range(32))
SUMS = ", ".join(f"coalesce(sum(k{n}), 0)" for n in range(32))
BY_KIND = ", ".join(f"coalesce(sum(quantity) FILTER (WHERE kind = {n}), 0)" for n in range(32))
KEY = "lane, level, bucket, dimension, key, detail, verdict"


def bucket_sql(time: str) -> str:
    return (f"CASE WHEN level = 4 THEN date_trunc('month', {time}, 'UTC') "
            f"ELSE date_bin(width, {time}, '0001-01-01 00:00+00') END")


# Of each level what lies before its mark (a bucket at it may be there in part); of the minutes (level 0) all of
# dimension 0, and of the others from where they are kept. Each minute is told by one table, and by the late counts.
DISAGREEMENTS = f"""
WITH level AS (
    SELECT m.lane, l.*, m.at AS mark, kept.at AS kept
    FROM (VALUES (0, interval '1 minute'), (1, '15 minutes'), (2, '1 hour'), (3, '1 day'), (4, NULL))
         AS l (level, width)
    JOIN marks m ON m.mark = greatest(l.level, 1) JOIN marks kept ON kept.lane = m.lane AND kept.mark = 5
), alike AS (
    SELECT lane, date_bin('1 minute', occurred_at, '0001-01-01 00:00+00') AS at, verdict, kind, ad_id, placement_id,
           CASE WHEN kind IN ('error', 'nofill') THEN detail ELSE 0 END AS detail, sum(quantity) AS quantity,
           sum(CASE WHEN kind = 'click' THEN least(greatest(playback_ms, 0), 86400000) END) AS playback
    FROM events WHERE isfinite(occurred_at) GROUP BY 1, 2, 3, 4, 5, 6, 7
), part AS MATERIALIZED ( -- a kind's number is found once for each row, not again for each of its cells
    SELECT lane, at, verdict, quantity, p.*, array_position(enum_range(NULL::event_kind), e.kind) - 1 AS kind, playback
    FROM alike e, LATERAL (VALUES
        (0, 0::bigint, 0, true), (1, ad_id, 0, ad_id <> 0), (2, placement_id, 0, placement_id <> 0),
        (3, coalesce(ad_id, 0), CASE WHEN e.detail IN ({CODES}) THEN e.detail ELSE 900 END, e.kind = 'error'),
        (4, coalesce(placement_id, 0), e.detail, e.kind = 'nofill')) AS p (dimension, key, detail, is_there)
    WHERE is_there
), fact AS (
    SELECT {KEY}, coalesce(sum(playback), 0) AS playback, ARRAY[{BY_KIND}]::numeric[] AS cells
    FROM (SELECT part.*, level, mark, kept, {bucket_sql('at')} AS bucket FROM part JOIN level USING (lane)) AS f
    WHERE CASE WHEN level = 0 THEN dimension = 0 OR bucket >= kept ELSE bucket < mark END GROUP BY {KEY}
), late AS (
    SELECT level, lane, {bucket_sql('c.bucket')} AS bucket, dimension, key, detail, verdict, playback_ms, {CELLS}, mark,
           kept FROM counts_late c JOIN level USING (lane)
), told AS (
    SELECT {KEY}, playback_ms, {CELLS} FROM counts c JOIN level USING (lane, level) WHERE c.bucket < mark
    UNION ALL SELECT {KEY}, playback_ms, {CELLS} FROM late
    WHERE CASE WHEN level = 0 THEN dimension = 0 OR bucket >= kept ELSE bucket < mark END
    UNION ALL SELECT {KEY}, playback_ms, {CELLS} FROM counts_minute c JOIN level USING (lane)
    WHERE level = 0 AND c.bucket >= CASE WHEN dimension = 0 THEN mark ELSE kept END
), known AS (
    SELECT {KEY}, coalesce(sum(playback_ms), 0) AS playback, ARRAY[{SUMS}]::numeric[] AS cells FROM told GROUP BY {KEY}
)
SELECT * FROM fact FULL JOIN known USING ({KEY})
WHERE coalesce(fact.cells, array_fill(0::numeric, ARRAY[32]))
      <> coalesce(known.cells, array_fill(0::numeric, ARRAY[32]))
   OR coalesce(fact.playback, 0) <> coalesce(known.playback, 0)"""
