-- The parameters of a job that was sent again with others than its batch's, canonical. NULL where the batch's hold.
ALTER TABLE jobs ADD COLUMN own_params TEXT;
