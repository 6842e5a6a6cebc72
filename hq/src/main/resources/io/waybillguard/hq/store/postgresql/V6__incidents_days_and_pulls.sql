-- Incidents, days that were watched, and pulls from the console. Times are ms since 1970 UTC.

-- What workstations' incident.* records say, the newest of each. Derived from bodies, and may be made
-- anew. seq: that record.
CREATE TABLE incident(
  log TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  severity BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  steps BIGINT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  PRIMARY KEY(log, id)
);
CREATE INDEX incident_by_id ON incident(id);
CREATE INDEX incident_by_opened ON incident(opened);

-- What the desk was shown of an incident and what it answered: records of other types that name it.
CREATE TABLE incident_note(
  log TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY(log, id, seq)
);

-- Days, in UTC+8, of which a workstation has left records; blind: whether a sensor said that day that
-- it could not see.
CREATE TABLE watched_day(
  day BIGINT NOT NULL,
  log TEXT NOT NULL,
  blind BIGINT NOT NULL,
  PRIMARY KEY(day, log)
);

-- What people asked for in the console. state: asking (the workstation for content), waiting, writing,
-- done, failed. began and ended: first and last moment wanted, NULL for all. alive: when a process last
-- worked at it; another goes on with it after a while.
CREATE TABLE pull(
  id TEXT NOT NULL PRIMARY KEY,
  log TEXT NOT NULL,
  incident TEXT NOT NULL,
  began BIGINT,
  ended BIGINT,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked BIGINT NOT NULL,
  patience BIGINT NOT NULL,
  state TEXT NOT NULL,
  alive BIGINT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  missing BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  problem TEXT NOT NULL
);
CREATE INDEX pull_by_asked ON pull(asked);
CREATE INDEX record_by_log_wall ON record(log, wall);

-- What was read before this is read again, for the tables above.
UPDATE segment SET indexed = 0 WHERE indexed = 1;
