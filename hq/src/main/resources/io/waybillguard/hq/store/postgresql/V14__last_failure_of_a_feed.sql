-- Why a feed failed last is kept when it goes on again. failure: in the receiver's or HQ's own words;
-- trouble: unreachable, untrusted, silent, refused, ours, or "" where it never failed.
ALTER TABLE feed ADD COLUMN failure TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN trouble TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN failed BIGINT;
