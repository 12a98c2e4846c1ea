-- mark 6 of a lane: its events are all there from then on, and what happened before may be gone; '-infinity':
-- nothing is. maintain() has one argument more.
INSERT INTO marks (lane, mark, at) SELECT lane, 6, '-infinity' FROM lanes ON CONFLICT DO NOTHING;

DROP FUNCTION IF EXISTS maintain(timestamptz);
