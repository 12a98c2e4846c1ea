-- mark 7 of a lane: from then on addresses are kept, and no event of before is stored with one; '-infinity': all
-- are. mark 8: before that they are gone. `dimension` and `key`, while more of them go: in which of the partitions
-- that hold the time at the mark, and from which page on. dimension 0: the one of events in their time; 1: the
-- late ones'; 2: the default one; 3: rejected_events, from which id on; -1: none go.
INSERT INTO marks (lane, mark, at) SELECT lane, mark, '-infinity' FROM lanes, (VALUES (7), (8)) AS m (mark)
ON CONFLICT DO NOTHING;
