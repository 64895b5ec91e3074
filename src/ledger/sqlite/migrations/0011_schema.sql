-- The model as its schema had it when the batch was begun, as JSON: a batch that goes on sends what its plan showed.
-- NULL where no schema was at hand, and for batches of earlier versions.
ALTER TABLE batches ADD COLUMN model_schema TEXT;
