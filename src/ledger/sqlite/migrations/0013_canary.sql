-- The photos of a batch that go first, before the rest waits for a word, as JSON. NULL where none do.
ALTER TABLE batches ADD COLUMN canary TEXT;
