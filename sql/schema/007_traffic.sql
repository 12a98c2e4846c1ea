-- The totals of a window are told by traffic: these functions have one argument more.

DROP FUNCTION IF EXISTS part_totals(smallint, integer, integer, timestamptz, timestamptz, integer, bigint);
DROP FUNCTION IF EXISTS event_totals(smallint, timestamptz, timestamptz, bigint);
DROP FUNCTION IF EXISTS window_totals(timestamptz, timestamptz, integer);
