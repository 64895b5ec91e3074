-- Whose queue a batch is sent to: `fal`, `sandbox` (the one inside the process), or the origin of what is asked in
-- fal's place. It was not told apart before: what was no sandbox is taken for fal.
ALTER TABLE batches ADD COLUMN service TEXT NOT NULL DEFAULT 'fal';
UPDATE batches SET service = 'sandbox' WHERE sandbox;
ALTER TABLE batches DROP COLUMN sandbox;
-- What other services left in an output folder.
CREATE INDEX batches_by_output ON batches (output);
