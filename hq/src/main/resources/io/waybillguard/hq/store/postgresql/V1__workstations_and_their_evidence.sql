-- The same tables as in the folder beside this one; a test holds them against each other.
-- Times are ms since 1970 UTC. A log is named by its id, 16 hex digits.

CREATE TABLE setting(
  k TEXT PRIMARY KEY,
  v TEXT NOT NULL
);

-- Only the hash of a token is kept: who reads this table can enrol nothing.
CREATE TABLE token(
  sha256 TEXT PRIMARY KEY,
  outlet TEXT NOT NULL,
  made BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT,
  log TEXT,
  tls_spki TEXT
);

CREATE TABLE workstation(
  log TEXT PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  outlet TEXT NOT NULL,
  hostname TEXT NOT NULL,
  os TEXT NOT NULL,
  version TEXT NOT NULL,
  enrolled BIGINT NOT NULL,
  tls_spki TEXT NOT NULL,
  certificate TEXT NOT NULL,
  last_seen BIGINT NOT NULL,
  last_report BIGINT,
  rolled_back BIGINT,
  forked BIGINT
) WITH (fillfactor = 70);

-- The keys of a log, by C2SP vkey. closing: the checkpoint that ended the epoch before, where HQ was
-- given it as a proof of its own.
CREATE TABLE epoch_key(
  log TEXT NOT NULL REFERENCES workstation(log),
  epoch BIGINT NOT NULL,
  first_size BIGINT NOT NULL,
  vkey TEXT NOT NULL,
  closing TEXT,
  PRIMARY KEY(log, epoch)
);

-- The newest head that HQ has cosigned ("seen"). Rewritten with every report, so pages keep room for
-- the next version of a row (heap-only updates).
CREATE TABLE head(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  size BIGINT NOT NULL,
  root BYTEA NOT NULL CHECK(length(root) = 32),
  note TEXT NOT NULL,
  at BIGINT NOT NULL
) WITH (fillfactor = 70);

-- The size up to which HQ holds the bytes ("hold"), with the right edge of the tree so far.
CREATE TABLE mirror(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  size BIGINT NOT NULL,
  root BYTEA NOT NULL CHECK(length(root) = 32),
  frontier BYTEA NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL
) WITH (fillfactor = 70);

-- One file each; [first, next) are the records in it. note: the checkpoint of size next, with HQ's
-- cosignatures.
CREATE TABLE segment(
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log TEXT NOT NULL REFERENCES workstation(log),
  first BIGINT NOT NULL,
  next BIGINT NOT NULL CHECK(next > first),
  file TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  note TEXT NOT NULL,
  received BIGINT NOT NULL,
  UNIQUE(log, first),
  UNIQUE(log, next)
);

-- Derived from the segments, for the console; may be rebuilt.
CREATE TABLE record(
  log TEXT NOT NULL,
  seq BIGINT NOT NULL,
  wall BIGINT NOT NULL,
  type TEXT NOT NULL,
  severity BIGINT NOT NULL,
  segment BIGINT NOT NULL REFERENCES segment(id),
  leaf_at BIGINT NOT NULL,
  leaf_length BIGINT NOT NULL,
  body_at BIGINT,
  body_length BIGINT,
  PRIMARY KEY(log, seq)
);
CREATE INDEX record_by_time ON record(log, wall);
CREATE INDEX record_by_type ON record(type, wall);

-- Derived from the records: what each sensor last said of itself.
CREATE TABLE sensor(
  log TEXT NOT NULL REFERENCES workstation(log),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('live', 'blind')),
  since BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY(log, name)
);

CREATE TABLE heartbeat(
  log TEXT PRIMARY KEY REFERENCES workstation(log),
  received BIGINT NOT NULL,
  size BIGINT NOT NULL,
  root TEXT NOT NULL,
  message TEXT NOT NULL
) WITH (fillfactor = 70);

-- What HQ has to be told about. note: a refused checkpoint that carries a good signature; two such
-- notes that disagree prove a fork.
CREATE TABLE alarm(
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  log TEXT,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  note TEXT
);
CREATE INDEX alarm_by_log ON alarm(log, at);

CREATE TABLE console_user(
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK(role IN ('viewer', 'investigator', 'admin')),
  password TEXT NOT NULL,
  made BIGINT NOT NULL
);

-- Only the hash of the cookie is kept.
CREATE TABLE console_session(
  sha256 TEXT PRIMARY KEY,
  "user" TEXT NOT NULL REFERENCES console_user(name),
  csrf TEXT NOT NULL,
  made BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
