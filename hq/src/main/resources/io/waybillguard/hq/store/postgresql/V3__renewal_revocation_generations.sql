-- Renewal, revocation, generations and clones. Times are ms since 1970 UTC.

-- cloned: when two machines were first found to report with one identity. revoked: when a person took
-- the certificate away; a later enrolment takes that back. continues and continued_by: the log before,
-- and the one after, on the same workstation. earlier_spki: the TLS key before the last renewal, whose
-- certificate holds until its end.
ALTER TABLE workstation ADD COLUMN cloned BIGINT;
ALTER TABLE workstation ADD COLUMN revoked BIGINT;
ALTER TABLE workstation ADD COLUMN continues TEXT;
ALTER TABLE workstation ADD COLUMN continued_by TEXT;
ALTER TABLE workstation ADD COLUMN earlier_spki TEXT;

-- held: what HQ held when it refused the note. cleared: when a person looked, who, and what they found.
ALTER TABLE alarm ADD COLUMN held TEXT;
ALTER TABLE alarm ADD COLUMN cleared BIGINT;
ALTER TABLE alarm ADD COLUMN cleared_by TEXT;
ALTER TABLE alarm ADD COLUMN reason TEXT;

-- TLS keys that no request may be made with again, nor enrolled.
CREATE TABLE revoked_key(
  tls_spki TEXT PRIMARY KEY,
  log TEXT NOT NULL REFERENCES workstation(log),
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  reason TEXT NOT NULL
);

-- The starts of the agent that were heard of, each with its last heartbeat: one machine has one at a
-- time, and its monotonic clock (mono, microseconds) never runs backwards.
CREATE TABLE boot(
  log TEXT NOT NULL REFERENCES workstation(log),
  boot TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  mono BIGINT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY(log, boot)
);
