-- Policies that HQ published; versions only grow. document: canonical JSON, named by its sha256.
-- source: the YAML that a person wrote. outlets: codes with commas between, "" for all. percent: of
-- their desks, as widened last. stage: what the desks of a percentage are drawn from. again: the
-- version whose document this is once more, or 0.
CREATE TABLE policy(
  version INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  title TEXT NOT NULL,
  document TEXT NOT NULL,
  source TEXT NOT NULL,
  outlets TEXT NOT NULL,
  percent INTEGER NOT NULL,
  stage TEXT NOT NULL,
  again INTEGER NOT NULL,
  by_whom TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX policy_by_sha256 ON policy(sha256);

-- The commands that told desks of a version: one when it was published, one each time it was widened
-- or its time was prolonged.
CREATE TABLE policy_command(
  command TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX policy_command_by_version ON policy_command(version);

-- Version of HQ's policy that a workstation last said its rules go by; 0 for its own settings.
ALTER TABLE heartbeat ADD COLUMN policy_version INTEGER NOT NULL DEFAULT 0;
