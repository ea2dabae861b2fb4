-- A claim changes nothing that an index has: where its page has room, it writes that page and no index.
ALTER TABLE watches ADD COLUMN leased_until bigint; -- while the key is held: until when. ready_at stays when it was due
ALTER TABLE events ADD COLUMN leased_until bigint;  -- the same, beside due_at
ALTER TABLE watches SET (fillfactor = 50);
ALTER TABLE events SET (fillfactor = 50);

-- What is held goes on as it is: not before the end of its lease, which its ready_at or due_at is.
UPDATE watches SET leased_until = ready_at WHERE held;
UPDATE events SET leased_until = due_at WHERE held;

-- An event is found by its entry, which who looks for it knows.
DROP INDEX events_id;
