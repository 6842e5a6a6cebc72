-- The same as record_by_time: each record was written into both.
DROP INDEX record_by_log_wall;
