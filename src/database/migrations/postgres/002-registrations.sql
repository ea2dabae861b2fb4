-- Which key who awaits. `kept` is sealed (seal.ts), bound to provider and key.
CREATE TABLE registrations (
  provider text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  owner text NOT NULL,
  subscriber text NOT NULL,
  expires_at bigint NOT NULL,
  kept bytea NOT NULL,
  PRIMARY KEY (provider, key)
);

CREATE INDEX registrations_expired ON registrations (expires_at);

-- Ids that were used up: hashes, nothing to seal.
CREATE TABLE used_ids (
  id text COLLATE "C" PRIMARY KEY,
  expires_at bigint NOT NULL
);

CREATE INDEX used_ids_expired ON used_ids (expires_at);
