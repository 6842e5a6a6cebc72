-- Feeds to other engines. Times are ms since 1970 UTC.

-- arrival: the order in which feeds take segments. Given after the segment is committed, one after the
-- other, so that a feed which is past a number is past all smaller ones; NULL until then. An id cannot
-- say that: of two reports that come in at once, the one with the smaller id may be committed later.
ALTER TABLE segment ADD COLUMN arrival BIGINT;
UPDATE segment SET arrival = id;
CREATE UNIQUE INDEX segment_by_arrival ON segment(arrival);
CREATE INDEX segment_without_arrival ON segment(id) WHERE arrival IS NULL;
-- The last number that was given; whoever gives numbers keeps this row.
INSERT INTO setting(k, v) SELECT 'last_arrival', CAST(coalesce(max(id), 0) AS TEXT) FROM segment;

-- Up to where each feed has come: everything before the segment of this arrival, and of that the records
-- below seq. holder, held_until: the process that sends. problem: why the last try failed, or "".
CREATE TABLE feed(
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  records TEXT NOT NULL,
  arrival BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  holder TEXT NOT NULL,
  held_until BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  last_sent BIGINT,
  problem TEXT NOT NULL,
  problem_at BIGINT
) WITH (fillfactor = 70);
