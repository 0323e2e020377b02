-- How many of a journal's reports up to its head were never to be had: another ledger was told of them, or the endpoint's disk lost them.
-- All others are stored, whatever crashed; law 13 counts that.
ALTER TABLE report_head ADD COLUMN missing BIGINT NOT NULL DEFAULT 0;
UPDATE report_head SET missing = sequence - (SELECT count(*) FROM status s WHERE s.endpoint = report_head.endpoint
    AND s.journal = report_head.journal AND s.sequence <= report_head.sequence);
