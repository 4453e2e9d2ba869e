-- Revenue: what the converted rows brought in, 0 where none did.
-- Over the rows of a dataset.
COALESCE(SUM({{value}}) FILTER (WHERE {{label}}), 0)
