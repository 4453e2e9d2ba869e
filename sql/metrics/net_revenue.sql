-- Net revenue: revenue less the coupons it took.
-- Over revenue and coupon_cost.
revenue - coupon_cost
