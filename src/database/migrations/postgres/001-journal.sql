-- One row for each callback. Payloads and replies are sealed (seal.ts), bound to the row's id. `gone`: a tombstone, from which only
-- the fingerprint recognises a repeat.
CREATE TABLE entries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  provider text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL UNIQUE,
  status text COLLATE "C" NOT NULL CHECK (status IN ('waiting', 'watching', 'resolved', 'delivered', 'buried', 'gone')),
  received_at bigint NOT NULL,
  ended_at bigint,                     -- when it was delivered or buried
  refusal integer NOT NULL DEFAULT 0,  -- which refused callback of its key it is, from 1
  failures integer NOT NULL DEFAULT 0,
  streak integer NOT NULL DEFAULT 0,
  asks integer NOT NULL DEFAULT 0,
  reason text,
  payload bytea,
  reply bytea,
  handed_to text,                      -- the client that has it
  handed_at bigint
);

-- In this order a key's oldest waiting entry comes before the one that watches.
CREATE INDEX entries_live ON entries (provider, key, status, seq) WHERE status IN ('waiting', 'watching');
CREATE INDEX entries_key ON entries (key, seq);
CREATE INDEX entries_open ON entries (seq) WHERE ended_at IS NULL;
CREATE INDEX entries_ended ON entries (ended_at) WHERE status IN ('delivered', 'buried');
CREATE INDEX entries_buried ON entries (seq) WHERE status = 'buried';
CREATE INDEX entries_gone ON entries (received_at) WHERE status = 'gone';

-- One row for each key, the unit of claiming: who changes what a key has, holds this row first. ready_at is set while the key may have
-- a live entry; while the key is held, it is the end of the lease.
CREATE TABLE watches (
  provider text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  ready_at bigint,
  held boolean NOT NULL DEFAULT false,
  news boolean NOT NULL DEFAULT false, -- a callback came for the key while it was held
  watching text COLLATE "C",           -- the entry that watches
  watch_at bigint,                     -- when that one is due
  attempt integer NOT NULL DEFAULT 0,  -- the last one that was given
  gist bytea,                          -- sealed, bound to the key
  final boolean NOT NULL DEFAULT false,
  accepted boolean NOT NULL DEFAULT false, -- a callback was taken that nothing was wrong with
  refusals integer NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, key)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX watches_ready ON watches (provider, ready_at) WHERE ready_at IS NOT NULL;

-- due_at is set exactly while the event waits for the broker, and is the end of the lease while it is held; without it, the event is
-- published or, without published_at, given up. One event on two topics has two rows. Without a payload, a row stays for its clear_at only.
CREATE TABLE events (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  entry_id text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  type text NOT NULL,
  topic text COLLATE "C" NOT NULL,
  recorded_at bigint NOT NULL,
  due_at bigint,
  held boolean NOT NULL DEFAULT false,
  attempt integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  streak integer NOT NULL DEFAULT 0,
  published_at bigint,
  clear_at bigint,
  clearing boolean NOT NULL DEFAULT false, -- a clear of the topic began, and this event's mark stays until it is done
  payload bytea
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX events_id ON events (id);
CREATE INDEX events_entry ON events (entry_id);
CREATE INDEX events_key ON events (provider, key, seq);
CREATE INDEX events_waiting ON events (provider, key, seq) WHERE due_at IS NOT NULL;
CREATE INDEX events_due ON events (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX events_clear ON events (clear_at, seq) WHERE clear_at IS NOT NULL;
CREATE INDEX events_published ON events (published_at, seq) WHERE published_at IS NOT NULL;

-- Failed tries only, for the operator.
CREATE TABLE attempts (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  entry_id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  code text NOT NULL,
  reason text NOT NULL
);

CREATE INDEX attempts_entry ON attempts (entry_id);

CREATE TABLE meta (
  name text PRIMARY KEY,
  value bytea NOT NULL
);
