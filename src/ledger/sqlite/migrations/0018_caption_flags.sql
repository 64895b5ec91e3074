-- What becomes of a batch's captions, as it was typed, as JSON: whoever writes them again by the batch's number writes the
-- same. NULL for batches of earlier versions.
ALTER TABLE batches ADD COLUMN captions TEXT;
