-- Questions that the shop asks, and the queries that answer them. Run them in psql while the simulation runs; add \watch 1 to keep one on the screen.

-- 1. Does offering coupons pay? The control group never gets one, so compare what a lead is worth in either bucket.
--    Only matured leads: of the others some will still buy.
SELECT experiment_bucket, num_leads, round(revenue_per_lead::numeric, 2) AS revenue_per_lead, round(net_revenue_per_lead::numeric, 2) AS net_revenue_per_lead
FROM bucket_metrics
WHERE matured AND experiment_bucket <> 'not yet predicted'
ORDER BY net_revenue_per_lead DESC;

-- 2. What did the coupons cost, and what would they have cost if every lead that was offered one had used it?
SELECT
  COALESCE(SUM(coupon_amount) FILTER (WHERE outcome_value), 0)::FLOAT / 100 AS cost_dollars,
  COALESCE(SUM(coupon_amount), 0)::FLOAT / 100 AS offered_dollars,
  COUNT(coupon_amount) FILTER (WHERE outcome_value) AS used,
  COUNT(coupon_amount) AS offered
FROM conversion_prediction_dataset
WHERE matured;

-- 3. Among leads the model gave up on (score below 0.5), how many buy with a coupon, and how many without?
--    The difference is what the coupon does; the model has no part in it.
SELECT experiment_bucket, COUNT(*) AS leads, round(AVG(outcome_value::int), 3) AS conversion_rate
FROM conversion_prediction_dataset
WHERE matured AND NOT predicted_value
GROUP BY experiment_bucket
ORDER BY experiment_bucket;

-- 4. Is the score honest? In the control group, of the leads with a score of about 0.7, about 70 % should buy.
SELECT floor(predicted_score * 10) / 10 AS score_from, COUNT(*) AS leads, round(AVG(outcome_value::int), 2) AS share_that_bought
FROM conversion_prediction_dataset
WHERE matured AND experiment_bucket = 'control'
GROUP BY score_from
ORDER BY score_from;

-- 5. Where would another threshold be better? What leads of each score bring in with coupons, and what the same scores bring in without.
SELECT
  floor(predicted_score * 5) / 5 AS score_from,
  round(AVG(CASE WHEN outcome_value THEN conversion_amount - COALESCE(coupon_amount, 0) ELSE 0 END) FILTER (WHERE experiment_bucket = 'experiment') / 100, 2) AS net_with_coupons,
  round(AVG(CASE WHEN outcome_value THEN conversion_amount ELSE 0 END) FILTER (WHERE experiment_bucket = 'control') / 100, 2) AS net_without
FROM conversion_prediction_dataset
WHERE matured AND predicted_score IS NOT NULL
GROUP BY score_from
ORDER BY score_from;

-- 6. Are predictions arriving? Leads of the last seconds may wait for theirs; matured ones without a prediction are lost messages.
SELECT matured, COUNT(*) AS leads, COUNT(*) FILTER (WHERE predicted_value IS NULL) AS without_prediction
FROM conversion_prediction_dataset
GROUP BY matured
ORDER BY matured;

-- 7. Which seconds went badly? The recall of each matured second, worst first.
SELECT timestamp_second, experiment_bucket, num_leads, true_positives, false_negatives, round(recall::numeric, 2) AS recall
FROM classifier_metrics
WHERE matured AND recall IS NOT NULL
ORDER BY classifier_metrics.recall, timestamp_second DESC, experiment_bucket
LIMIT 5;
