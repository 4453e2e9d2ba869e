-- Coupon cost: what converted rows were given. A coupon costs only when it is used, so those of other rows cost nothing.
-- Over the rows of a dataset.
COALESCE(SUM({{cost}}) FILTER (WHERE {{label}}), 0)
