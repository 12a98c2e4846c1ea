-- Where nothing is counted yet, minutes of others than all are kept of the two days before as well, as later on.
UPDATE marks SET at = least(at, date_trunc('day', now() - interval '48 hours', 'UTC'))
WHERE mark = 5 AND NOT EXISTS (SELECT FROM events) AND NOT EXISTS (SELECT FROM counts)
  AND NOT EXISTS (SELECT FROM counts_minute) AND NOT EXISTS (SELECT FROM counts_late);
