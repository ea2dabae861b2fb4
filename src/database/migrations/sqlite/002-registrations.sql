-- Which key who awaits. `kept` is sealed (seal.ts), bound to provider and key.
CREATE TABLE registrations (
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  owner TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  kept BLOB NOT NULL,
  PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX registrations_expired ON registrations (expires_at);

-- Ids that were used up: hashes, nothing to seal.
CREATE TABLE used_ids (
  id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX used_ids_expired ON used_ids (expires_at);
