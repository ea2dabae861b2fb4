-- One row for each callback. Payloads and replies are sealed (seal.ts), bound to the row's id.
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL UNIQUE,
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'watching', 'resolved', 'buried')),
  received_at INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  streak INTEGER NOT NULL DEFAULT 0,
  asks INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  payload BLOB NOT NULL,
  reply BLOB
) STRICT;

-- In this order a key's oldest waiting entry comes before the one that watches.
CREATE INDEX entries_live ON entries (provider, key, status, seq) WHERE status IN ('waiting', 'watching');

-- One row for each key, the unit of claiming. due_at is set exactly while the key has a live entry.
CREATE TABLE watches (
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  due_at INTEGER,
  attempt INTEGER NOT NULL DEFAULT 0, -- the last one that ended
  gist BLOB,                          -- sealed, bound to the key
  final INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX watches_due ON watches (provider, due_at) WHERE due_at IS NOT NULL;

-- due_at is set exactly while the event waits for the broker; without it, it is published or, without published_at, given up.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  topic TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  due_at INTEGER,
  attempt INTEGER NOT NULL DEFAULT 0, -- the last one that ended
  failures INTEGER NOT NULL DEFAULT 0,
  streak INTEGER NOT NULL DEFAULT 0,
  published_at INTEGER,
  clear_at INTEGER,
  payload BLOB NOT NULL
) STRICT;

CREATE INDEX events_key ON events (provider, key, seq);
CREATE INDEX events_due ON events (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX events_clear ON events (clear_at) WHERE clear_at IS NOT NULL;
CREATE INDEX events_recorded ON events (recorded_at);

-- Failed tries only, for the operator.
CREATE TABLE attempts (
  entry_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE INDEX attempts_entry ON attempts (entry_id);

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
