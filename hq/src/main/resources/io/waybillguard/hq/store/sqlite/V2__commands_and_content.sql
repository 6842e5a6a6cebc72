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
  asked INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  approved_by TEXT,
  approved INTEGER
) STRICT;
CREATE INDEX command_by_expiry ON command(expires);

-- What each desk's own log says of a command: the words of its hq.cmd, then of its hq.result.
CREATE TABLE command_state(
  command TEXT NOT NULL,
  log TEXT NOT NULL REFERENCES workstation(log),
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY(command, log)
) STRICT;

-- Content that a pull brought, a file each; erased: when HQ destroyed it.
CREATE TABLE content(
  log TEXT NOT NULL REFERENCES workstation(log),
  seq INTEGER NOT NULL,
  part INTEGER NOT NULL,
  file TEXT NOT NULL,
  received INTEGER NOT NULL,
  erased INTEGER,
  PRIMARY KEY(log, seq, part)
) STRICT;

-- Records [first, next) of which HQ erases nothing.
CREATE TABLE hold(
  log TEXT NOT NULL REFERENCES workstation(log),
  case_no TEXT NOT NULL,
  first INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY(log, case_no, first, next)
) STRICT;

-- Files whose content is to be destroyed; the row goes after the file.
CREATE TABLE doomed_file(
  file TEXT PRIMARY KEY
) STRICT;
