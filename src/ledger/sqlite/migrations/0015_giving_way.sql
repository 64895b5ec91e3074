-- What gives way to another photo is told by who records it, not guessed from the rows.
DROP TRIGGER jobs_give_way;
