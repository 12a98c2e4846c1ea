-- Batches whose arrays are texts: where the lanes are distributed each is read and written once more on its way to its
-- node, which costs less than half so.

-- As ingest_batch().
CREATE OR REPLACE FUNCTION ingest_text(
    p_lane smallint, p_journal integer, p_nonce uuid, p_run uuid, p_lanes smallint, p_upto bigint, p_gaps text,
    p_sequence text, p_kind text, p_verdict text, p_flags text, p_ad_id text, p_detail text, p_quantity text,
    p_received_at text, p_occurred_at text, p_playback_ms text, p_ip text, p_placement text, p_placement_id text,
    p_key text, p_claim_event text, p_claim text, p_name_id text, p_name text, p_count_bucket text,
    p_count_dimension text, p_count_key text, p_count_detail text, p_count_verdict text, p_count_playback_ms text,
    p_count_cells text, p_reject text, OUT last_sequence bigint, OUT stored bigint[], OUT duplicate bigint[],
    OUT rejected bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
    SELECT * INTO last_sequence, stored, duplicate, rejected
    FROM ingest_batch(
        p_lane, p_journal, p_nonce, p_run, p_lanes, p_upto, p_gaps::int8multirange, p_sequence::bigint[],
        p_kind::smallint[], p_verdict::smallint[], p_flags::smallint[], p_ad_id::integer[], p_detail::integer[],
        p_quantity::integer[], p_received_at::timestamptz[], p_occurred_at::timestamptz[], p_playback_ms::bigint[],
        p_ip::inet[], p_placement::text[], p_placement_id::bigint[], p_key::uuid[], p_claim_event::integer[],
        p_claim::uuid[], p_name_id::bigint[], p_name::text[], p_count_bucket::timestamptz[],
        p_count_dimension::smallint[], p_count_key::bigint[], p_count_detail::integer[], p_count_verdict::smallint[],
        p_count_playback_ms::bigint[], p_count_cells::bigint[], p_reject);
END
$$;

-- As import_batch().
CREATE OR REPLACE FUNCTION import_text(
    p_lane smallint, p_lanes smallint, p_journal uuid, p_run uuid, p_force boolean, p_gaps text, p_sequence text,
    p_kind text, p_verdict text, p_flags text, p_ad_id text, p_detail text, p_quantity text, p_received_at text,
    p_occurred_at text, p_playback_ms text, p_ip text, p_placement text, p_placement_id text, p_key text,
    p_claim_event text, p_claim text, p_name_id text, p_name text, p_count_bucket text, p_count_dimension text,
    p_count_key text, p_count_detail text, p_count_verdict text, p_count_playback_ms text, p_count_cells text,
    p_reject text, OUT last_sequence bigint, OUT stored bigint, OUT duplicate bigint, OUT rejected bigint,
    OUT known bigint, OUT too_late bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off AS $$
BEGIN
    SELECT * INTO last_sequence, stored, duplicate, rejected, known, too_late
    FROM import_batch(
        p_lane, p_lanes, p_journal, p_run, p_force, p_gaps::int8multirange, p_sequence::bigint[], p_kind::smallint[],
        p_verdict::smallint[], p_flags::smallint[], p_ad_id::integer[], p_detail::integer[], p_quantity::integer[],
        p_received_at::timestamptz[], p_occurred_at::timestamptz[], p_playback_ms::bigint[], p_ip::inet[],
        p_placement::text[], p_placement_id::bigint[], p_key::uuid[], p_claim_event::integer[], p_claim::uuid[],
        p_name_id::bigint[], p_name::text[], p_count_bucket::timestamptz[], p_count_dimension::smallint[],
        p_count_key::bigint[], p_count_detail::integer[], p_count_verdict::smallint[], p_count_playback_ms::bigint[],
        p_count_cells::bigint[], p_reject);
END
$$;
