-- How many rows: every later share has its own denominator, this is only how much was seen.
-- Over the rows of a dataset.
COUNT(*)
