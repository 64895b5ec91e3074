-- Append-only: a released one is never edited.

-- How many requests a worker has a use for, where it finds no more jobs: others have the rest of the window.
ALTER TABLE workers ADD COLUMN needs BIGINT;
