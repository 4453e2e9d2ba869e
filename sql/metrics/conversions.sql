-- Conversions: rows whose label is true.
-- Over the rows of a dataset.
COUNT(*) FILTER (WHERE {{label}})
