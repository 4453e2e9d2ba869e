-- How well predicted_value predicts outcome_value in conversion_prediction_dataset, by experiment_bucket, over the last 30 seconds every 2 seconds.
CREATE MATERIALIZED VIEW conversion_prediction_dataset_binary_classification AS
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
counts AS (
  SELECT
    window_end,
    experiment_bucket,
    COUNT(*) AS num_rows,
    COUNT(*) FILTER (WHERE predicted_value AND outcome_value) AS true_positives,
    COUNT(*) FILTER (WHERE predicted_value AND NOT outcome_value) AS false_positives,
    COUNT(*) FILTER (WHERE NOT predicted_value AND NOT outcome_value) AS true_negatives,
    COUNT(*) FILTER (WHERE NOT predicted_value AND outcome_value) AS false_negatives,
    -AVG(LN(CASE WHEN outcome_value THEN GREATEST(LEAST(predicted_score::FLOAT, 1 - 1e-15::FLOAT), 1e-15::FLOAT) ELSE 1 - GREATEST(LEAST(predicted_score::FLOAT, 1 - 1e-15::FLOAT), 1e-15::FLOAT) END)) FILTER (WHERE predicted_score IS NOT NULL AND outcome_value IS NOT NULL) AS log_loss,
    AVG((predicted_score::FLOAT - outcome_value::INT) * (predicted_score::FLOAT - outcome_value::INT)) AS brier
  FROM input
  GROUP BY window_end, experiment_bucket
)
SELECT
  window_end,
  experiment_bucket,
  num_rows,
  true_positives,
  false_positives,
  true_negatives,
  false_negatives,
  (true_positives + true_negatives)::FLOAT / NULLIF(true_positives + false_positives + true_negatives + false_negatives, 0) AS accuracy,
  true_positives::FLOAT / NULLIF(true_positives + false_positives, 0) AS precision,
  true_positives::FLOAT / NULLIF(true_positives + false_negatives, 0) AS recall,
  true_positives::FLOAT / NULLIF(true_positives + (false_positives + false_negatives)::FLOAT / 2, 0) AS f1,
  log_loss,
  brier
FROM counts;
