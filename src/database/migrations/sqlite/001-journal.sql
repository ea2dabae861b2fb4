-- One row for each callback. Payloads and replies are sealed (seal.ts), bound to the row's id. `gone`: a tombstone, from which only
-- the fingerprint recognises a repeat.
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'watching', 'resolved', 'delivered', 'buried', 'gone')),
  received_at INTEGER NOT NULL,
  ended_at INTEGER,                    -- when it was delivered or buried
  refusal INTEGER NOT NULL DEFAULT 0,  -- which refused callback of its key it is, from 1
  failures INTEGER NOT NULL DEFAULT 0,
  streak INTEGER NOT NULL DEFAULT 0,
  asks INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  payload BLOB,
  reply BLOB,
  handed_to TEXT,                      -- the client that has it
  handed_at INTEGER
) STRICT;

CREATE INDEX entries_key ON entries (key);
CREATE INDEX entries_open ON entries (seq) WHERE ended_at IS NULL;
CREATE INDEX entries_ended ON entries (ended_at) WHERE status IN ('delivered', 'buried');
CREATE INDEX entries_buried ON entries (seq) WHERE status = 'buried';
CREATE INDEX entries_gone ON entries (received_at) WHERE status = 'gone';

-- One row for each key, the unit of claiming. due_at is set exactly while the key has a live entry.
CREATE TABLE watches (
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  due_at INTEGER,
  head INTEGER,                        -- the oldest waiting entry
  watching INTEGER,                    -- the entry that watches
  watch_at INTEGER,                    -- when that one is due
  attempt INTEGER NOT NULL DEFAULT 0,  -- the last one that ended
  gist BLOB,                           -- sealed, bound to the key
  final INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0, -- 1 once a callback was taken that nothing was wrong with
  refusals INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX watches_due ON watches (provider, due_at) WHERE due_at IS NOT NULL;

-- due_at is set exactly while the event waits for the broker; without it, it is published or, without published_at, given up.
-- One event on two topics has two rows. Without a payload, a row stays for its clear_at only.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  entry INTEGER NOT NULL,
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
  payload BLOB
) STRICT;

CREATE INDEX events_key ON events (key);
CREATE INDEX events_due ON events (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX events_clear ON events (clear_at) WHERE clear_at IS NOT NULL;
CREATE INDEX events_published ON events (published_at) WHERE published_at IS NOT NULL;

-- Failed tries only, for the operator.
CREATE TABLE attempts (
  entry INTEGER NOT NULL,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE INDEX attempts_entry ON attempts (entry);

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
