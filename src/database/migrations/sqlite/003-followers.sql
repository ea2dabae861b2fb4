-- A callback of a new key writes to one random place only: its watch. The first entry and the first event of a key are found by the watch;
-- those that follow (`follows` = 1), and what outlives its watch, by indexes that hold nothing else.
CREATE TABLE entries_3 (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  follows INTEGER NOT NULL,
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

INSERT INTO entries_3
  SELECT seq, id, provider, key, fingerprint,
    NOT (EXISTS (SELECT 1 FROM watches w WHERE w.key = e.key AND w.provider = e.provider)
      AND NOT EXISTS (SELECT 1 FROM entries o WHERE o.key = e.key AND o.provider = e.provider AND o.seq < e.seq)),
    status, received_at, ended_at, refusal, failures, streak, asks, reason, payload, reply, handed_to, handed_at FROM entries e;

CREATE TABLE events_3 (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  entry INTEGER NOT NULL,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  follows INTEGER NOT NULL,
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

INSERT INTO events_3
  SELECT seq, id, entry, provider, key,
    NOT (EXISTS (SELECT 1 FROM watches w WHERE w.key = e.key AND w.provider = e.provider)
      AND NOT EXISTS (SELECT 1 FROM events o WHERE o.key = e.key AND o.provider = e.provider AND o.seq < e.seq)),
    type, topic, recorded_at, due_at, attempt, failures, streak, published_at, clear_at, payload FROM events e;

CREATE TABLE watches_3 (
  key TEXT NOT NULL,
  provider TEXT NOT NULL,
  entry INTEGER,                       -- the key's first
  event INTEGER,                       -- the key's first
  due_at INTEGER,
  head INTEGER,                        -- the oldest waiting entry
  watching INTEGER,                    -- the entry that watches
  watch_at INTEGER,                    -- when that one is due
  attempt INTEGER NOT NULL DEFAULT 0,  -- the last one that ended
  gist BLOB,                           -- sealed, bound to the key
  final INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0, -- 1 once a callback was taken that nothing was wrong with
  refusals INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (key, provider)
) STRICT, WITHOUT ROWID;

INSERT INTO watches_3
  SELECT key, provider,
    (SELECT min(seq) FROM entries o WHERE o.key = w.key AND o.provider = w.provider), (SELECT min(seq) FROM events o WHERE o.key = w.key AND o.provider = w.provider),
    due_at, head, watching, watch_at, attempt, gist, final, accepted, refusals FROM watches w;

DROP TABLE entries;
DROP TABLE events;
DROP TABLE watches;
ALTER TABLE entries_3 RENAME TO entries;
ALTER TABLE events_3 RENAME TO events;
ALTER TABLE watches_3 RENAME TO watches;

CREATE INDEX entries_followers ON entries (key, provider, seq) WHERE follows = 1;
CREATE UNIQUE INDEX entries_repeats ON entries (fingerprint) WHERE follows = 1;
CREATE INDEX entries_open ON entries (seq) WHERE ended_at IS NULL;
CREATE INDEX entries_ended ON entries (ended_at) WHERE status IN ('delivered', 'buried');
CREATE INDEX entries_buried ON entries (seq) WHERE status = 'buried';
CREATE INDEX entries_gone ON entries (received_at) WHERE status = 'gone';
CREATE INDEX events_followers ON events (key, provider, seq) WHERE follows = 1;
CREATE INDEX events_due ON events (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX events_clear ON events (clear_at) WHERE clear_at IS NOT NULL;
CREATE INDEX events_published ON events (published_at) WHERE published_at IS NOT NULL;
CREATE INDEX watches_due ON watches (provider, due_at) WHERE due_at IS NOT NULL;

CREATE VIEW entries_of_key (key, provider, seq) AS
  SELECT w.key, w.provider, e.seq FROM watches w CROSS JOIN entries e ON e.seq = w.entry AND e.follows = 0 AND e.key = w.key AND e.provider = w.provider
  UNION ALL SELECT key, provider, seq FROM entries WHERE follows = 1;

CREATE VIEW events_of_key (key, provider, seq) AS
  SELECT w.key, w.provider, e.seq FROM watches w CROSS JOIN events e ON e.seq = w.event AND e.follows = 0 AND e.key = w.key AND e.provider = w.provider
  UNION ALL SELECT key, provider, seq FROM events WHERE follows = 1;
