-- Conversion rate: the share of all rows that converted; a row without a label has not converted.
-- Over num_rows and conversions.
conversions::FLOAT / NULLIF(num_rows, 0)
