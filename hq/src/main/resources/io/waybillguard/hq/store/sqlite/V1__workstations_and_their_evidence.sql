-- Times are ms since 1970 UTC. A log is named by its id, 16 hex digits.

CREATE TABLE setting(
  k TEXT PRIMARY KEY,
  v TEXT NOT NULL
) STRICT;

-- Only the hash of a token is kept: who reads this table can enrol nothing.
CREATE TABLE token(
  sha256 TEXT PRIMARY KEY,
  outlet TEXT NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER,
  log TEXT,
  tls_spki TEXT
) STRICT;

CREATE TABLE workstation(
  log TEXT PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  outlet TEXT NOT NULL,
  hostname TEXT NOT NULL,
  os TEXT NOT NULL,
  version TEXT NOT NULL,
  enrolled INTEGER NOT NULL,
  tls_spki TEXT NOT NULL,
  certificate TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  last_report INTEGER,
  rolled_back INTEGER,
  forked INTEGER
) STRICT;

-- The keys of a log, by C2SP vkey. closing: the checkpoint that ended the epoch before, where HQ was
-- given it as a proof of its own.
CREATE TABLE epoch_key(
  log TEXT NOT NULL REFERENCES workstation(log),
  epoch INTEGER NOT NULL,
  first_size INTEGER NOT NULL,
  vkey TEXT NOT NULL,
  closing TEXT,
  PRIMARY KEY(log, epoch)
) STRICT, WITHOUT ROWID;

-- The newest head that HQ has cosigned ("seen").
CREATE TABLE head(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK(length(root) = 32),
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- The size up to which HQ holds the bytes ("hold"), with the right edge of the tree so far.
CREATE TABLE mirror(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK(length(root) = 32),
  frontier BLOB NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- One file each; [first, next) are the records in it. note: the checkpoint of size next, with HQ's
-- cosignatures.
CREATE TABLE segment(
  id INTEGER PRIMARY KEY,
  log TEXT NOT NULL REFERENCES workstation(log),
  first INTEGER NOT NULL,
  next INTEGER NOT NULL CHECK(next > first),
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  note TEXT NOT NULL,
  received INTEGER NOT NULL,
  UNIQUE(log, first),
  UNIQUE(log, next)
) STRICT;

-- Derived from the segments, for the console; may be rebuilt.
CREATE TABLE record(
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  type TEXT NOT NULL,
  severity INTEGER NOT NULL,
  segment INTEGER NOT NULL REFERENCES segment(id),
  leaf_at INTEGER NOT NULL,
  leaf_length INTEGER NOT NULL,
  body_at INTEGER,
  body_length INTEGER,
  PRIMARY KEY(log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_time ON record(log, wall);
CREATE INDEX record_by_type ON record(type, wall);

-- Derived from the records: what each sensor last said of itself.
CREATE TABLE sensor(
  log TEXT NOT NULL REFERENCES workstation(log),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('live', 'blind')),
  since INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY(log, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeat(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  received INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

-- What HQ has to be told about. note: a refused checkpoint that carries a good signature; two such
-- notes that disagree prove a fork.
CREATE TABLE alarm(
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  log TEXT,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  note TEXT
) STRICT;
CREATE INDEX alarm_by_log ON alarm(log, at);

CREATE TABLE console_user(
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK(role IN ('viewer', 'investigator', 'admin')),
  password TEXT NOT NULL,
  made INTEGER NOT NULL
) STRICT;

-- Only the hash of the cookie is kept.
CREATE TABLE console_session(
  sha256 TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES console_user(name),
  csrf TEXT NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
