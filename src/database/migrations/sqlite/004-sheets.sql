-- What one commit added before the tables know of it: sealed, one row for all callbacks, events and acknowledgements that came together.
CREATE TABLE sheets (
  seq INTEGER PRIMARY KEY,
  body BLOB NOT NULL
) STRICT;
