-- What HQ has desks do. target: a log's origin, outlet/CODE, or * for all. note: signed by HQ's
-- command key; empty until a second person has approved, where that is needed.
CREATE TABLE command(
  id TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  type TEXT NOT NULL,
  args TEXT NOT NULL,
  note TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  approved_by TEXT,
  approved BIGINT
);
CREATE INDEX command_by_expiry ON command(expires);

-- What each desk's own log says of a command: the words of its hq.cmd, then of its hq.result.
CREATE TABLE command_state(
  command TEXT NOT NULL,
  log TEXT NOT NULL REFERENCES workstation(log),
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY(command, log)
);

-- Content that a pull brought, a file each; erased: when HQ destroyed it.
CREATE TABLE content(
  log TEXT NOT NULL REFERENCES workstation(log),
  seq BIGINT NOT NULL,
  part BIGINT NOT NULL,
  file TEXT NOT NULL,
  received BIGINT NOT NULL,
  erased BIGINT,
  PRIMARY KEY(log, seq, part)
);

-- Records [first, next) of which HQ erases nothing.
CREATE TABLE hold(
  log TEXT NOT NULL REFERENCES workstation(log),
  case_no TEXT NOT NULL,
  first BIGINT NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY(log, case_no, first, next)
);

-- Files whose content is to be destroyed; the row goes after the file.
CREATE TABLE doomed_file(
  file TEXT PRIMARY KEY
);
