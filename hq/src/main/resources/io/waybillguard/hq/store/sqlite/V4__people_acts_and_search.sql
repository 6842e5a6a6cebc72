-- People's rights, what people at HQ did, and finding records. Times are ms since 1970 UTC.

-- disabled: since when this person may not sign on.
ALTER TABLE console_user ADD COLUMN disabled INTEGER;

-- used: when a page was last asked for with it. Sessions of before know no such time, and end here.
DELETE FROM console_session;
ALTER TABLE console_session ADD COLUMN used INTEGER NOT NULL DEFAULT 0;

-- cancelled: a command that waited for approval and will not be given.
ALTER TABLE command ADD COLUMN cancelled_by TEXT;
ALTER TABLE command ADD COLUMN cancelled INTEGER;

-- What HQ's own evidence logs say, for the console; they prove it, this table finds it. log and seq:
-- the record. doer: a console user, or "os:" and the account that ran a command. about: what it was
-- done to. place: the address it came from, or "".
CREATE TABLE act(
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  doer TEXT NOT NULL,
  deed TEXT NOT NULL,
  about TEXT NOT NULL,
  place TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY(log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX act_by_time ON act(at, log, seq);
CREATE INDEX act_by_doer ON act(doer, at);

-- indexed: whether the tables below hold what they should of a segment.
ALTER TABLE segment ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;

-- Derived from bodies; goes with them when they are erased. what: passport, sha256 or program.
CREATE TABLE trait(
  what TEXT NOT NULL,
  value TEXT NOT NULL,
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  PRIMARY KEY(what, value, log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX trait_by_record ON trait(log, seq);

-- Both sentences about a record, in lower case.
CREATE TABLE sentence(
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY(log, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_by_wall ON record(wall, log, seq);
CREATE INDEX segment_unindexed ON segment(id) WHERE indexed = 0;
