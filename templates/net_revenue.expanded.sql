-- What the rows of conversion_prediction_dataset brought in less what they were given, by experiment_bucket, over the last 30 seconds every 2 seconds, in the unit of conversion_amount.
CREATE MATERIALIZED VIEW conversion_prediction_dataset_net_revenue AS
WITH windowed AS (
  -- Every row lies in 15 windows of 30 seconds, which end 2 seconds apart.
  SELECT dataset.*, date_bin(INTERVAL '2 seconds', dataset.timestamp_second, TIMESTAMPTZ '2000-01-01 00:00:00+00') + step.n * INTERVAL '2 seconds' AS window_end
  FROM conversion_prediction_dataset AS dataset
  CROSS JOIN generate_series(1, 15) AS step (n)
),
input AS (
  -- A window is shown once it is complete, and then for as long as it is long.
  SELECT *
  FROM windowed
  WHERE mz_now() >= window_end
    AND mz_now() < window_end + INTERVAL '30 seconds'
),
totals AS (
  SELECT
    window_end,
    experiment_bucket,
    COUNT(*) AS num_rows,
    COUNT(*) FILTER (WHERE outcome_value) AS conversions,
    COALESCE(SUM(conversion_amount) FILTER (WHERE outcome_value), 0) AS revenue,
    COALESCE(SUM(coupon_amount) FILTER (WHERE outcome_value), 0) AS coupon_cost
  FROM input
  GROUP BY window_end, experiment_bucket
)
SELECT
  window_end,
  experiment_bucket,
  num_rows,
  conversions,
  conversions::FLOAT / NULLIF(num_rows, 0) AS conversion_rate,
  revenue,
  coupon_cost,
  revenue - coupon_cost AS net_revenue,
  (revenue)::FLOAT / NULLIF(num_rows, 0) AS revenue_per_lead,
  (revenue - coupon_cost)::FLOAT / NULLIF(num_rows, 0) AS net_revenue_per_lead
FROM totals;
