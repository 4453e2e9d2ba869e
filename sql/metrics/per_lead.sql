-- Per lead: a total over every row that was seen, converted or not. Two buckets of different sizes compare by this.
-- Over a total and num_rows.
({{total}})::FLOAT / NULLIF(num_rows, 0)
