-- mark 7 of a lane: from then on addresses are kept, and no event of before is stored with one; '-infinity': all
-- are. mark 8: before that they are gone. `dimension` and `key`, while more of them go: where, and from which page on.
-- dimension 0: the default partition; 1: the one of events in their time that holds the time at the mark; 2: that of
-- late ones; 3: rejected_events, from which id on; -1: none go.
INSERT INTO marks (lane, mark, at) SELECT lane, mark, '-infinity' FROM lanes, (VALUES (7), (8)) AS m (mark)
ON CONFLICT DO NOTHING;
