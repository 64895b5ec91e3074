-- What of the money fal said, and what is assumed. `cost_nanos` and `paid_before_nanos` are what people are told;
-- `most_nanos` is the most that `cost_nanos` may have been, NULL where fal said it. Of what earlier requests cost,
-- `assumed_before_nanos` is what fal did not say, and `most_before_nanos` the most that all of it may have been.
ALTER TABLE jobs ADD COLUMN most_nanos INTEGER;
ALTER TABLE jobs ADD COLUMN assumed_before_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN most_before_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE former_jobs ADD COLUMN most_nanos INTEGER;
ALTER TABLE former_jobs ADD COLUMN assumed_before_nanos INTEGER;
ALTER TABLE former_jobs ADD COLUMN most_before_nanos INTEGER;
ALTER TABLE attempts ADD COLUMN most_nanos INTEGER;

-- It was not told apart before. What came without billed units was booked as estimated, or under a cap by whole
-- megapixels; at the list price of that time the latter can be seen. All else is taken for estimated, and the most
-- is its price for whole megapixels.
UPDATE jobs SET most_nanos = iif(
    coalesce(out_width * out_height, 0) = 0
        OR cost_nanos = 100000000 * ((out_width * out_height + 999999) / 1000000),
    cost_nanos,
    CAST((cost_nanos * ((out_width * out_height + 999999) / 1000000) * 1000000 + out_width * out_height - 1)
        / (out_width * out_height) AS INTEGER))
WHERE cost_nanos > 0 AND billed_units IS NULL;
UPDATE jobs SET
    assumed_before_nanos = iif(billed_units IS NULL, paid_before_nanos, 0),
    most_before_nanos = iif(billed_units IS NULL AND out_width * out_height > 0,
        CAST((paid_before_nanos * ((out_width * out_height + 999999) / 1000000) * 1000000 + out_width * out_height - 1)
            / (out_width * out_height) AS INTEGER),
        paid_before_nanos)
WHERE paid_before_nanos > 0;
-- A failed request was booked at the most that it may have been.
UPDATE attempts SET most_nanos = cost_nanos
WHERE cost_nanos > 0 AND (cause_kind IS NOT NULL OR EXISTS
    (SELECT 1 FROM jobs WHERE jobs.batch = attempts.batch AND jobs.job = attempts.job AND jobs.most_nanos IS NOT NULL));

-- Counts and sums a batch without touching the rows themselves.
DROP INDEX jobs_by_status;
CREATE INDEX jobs_by_status ON jobs
    (batch, status, cost_nanos, most_nanos, paid_before_nanos, assumed_before_nanos, most_before_nanos);
