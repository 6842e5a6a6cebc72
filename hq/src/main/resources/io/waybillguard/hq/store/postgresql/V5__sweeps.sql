-- Sweeps that HQ published: each is a command of type hunt. series: id of the first of those that
-- one schedule published. every: daily, weekly or monthly, or "". next: when the next of the series
-- is due; NULL where there is none, or it is published.
CREATE TABLE sweep(
  id TEXT PRIMARY KEY,
  series TEXT NOT NULL,
  every TEXT NOT NULL,
  next BIGINT
);
CREATE INDEX sweep_by_series ON sweep(series);
CREATE INDEX sweep_due ON sweep(next) WHERE next IS NOT NULL;

-- What desks found, from the body of their hunt.end; goes with it when it is erased. command: the
-- sweep's id. n: its place in the record. source: the record that tells of it, or NULL.
CREATE TABLE sweep_finding(
  command TEXT NOT NULL,
  log TEXT NOT NULL,
  seq BIGINT NOT NULL,
  n BIGINT NOT NULL,
  what TEXT NOT NULL,
  sought TEXT NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  source BIGINT,
  PRIMARY KEY(log, seq, n)
);
CREATE INDEX sweep_finding_by_command ON sweep_finding(command, what, sought, log);
