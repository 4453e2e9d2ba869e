-- Predictions joined to outcomes, and the model's metrics over them. Run on Millrace after sources.sql (or sources.webhook.sql).
--
-- The shape and the column names are those of the article "ML Monitoring with Materialize" (2022). Seven things are different from its SQL,
-- because they were wrong there; each is marked FIX at its place.

-- Leads by the window they are in. Windows of 30 seconds hop every 2 seconds; a lead enters with the hop it was created in.
--
-- FIX 1, the window ends. The article's upper bound was 30000 * (2000 + seconds * 1000 / 2000), which for a lead of 2022 is a moment in the
-- year 2758: no lead ever left and memory grew for ever. The bound of a hopping window is period * (number of hops + hop of the row),
-- here: the start of the hop plus the length.
--
-- FIX 2, only leads whose outcome is known are judged. A lead has 30 seconds to convert. Until they are over, "has not converted" is not
-- "will not convert", and counting it as a negative makes recall and revenue of the newest seconds too low. So a lead is first pending
-- (its 30 seconds, up to the next hop: 32), and then, for a window of 30 seconds more, matured. Both kinds are here, and `matured` tells them apart.
-- A hop is a whole number of seconds, so that all leads of one second mature together.
--
-- FIX 3, moments are moments. created_at is TIMESTAMPTZ, and hops are counted from a fixed moment in UTC. The article took the epoch of a TIMESTAMP
-- without time zone, which is right in sessions that write UTC only, and rounded it by ::bigint, up to half a second into the future.
CREATE VIEW IF NOT EXISTS leads_in_window AS
WITH hops AS (
  SELECT
    id AS lead_id,
    created_at,
    -- A purchase after the 30 seconds is not an outcome of this prediction.
    COALESCE(converted_at <= created_at + INTERVAL '30 seconds', FALSE) AS converted,
    conversion_amount,
    date_bin(INTERVAL '2 seconds', created_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS hop
  FROM leads
)
SELECT lead_id, created_at, converted, conversion_amount, FALSE AS matured
FROM hops
WHERE mz_now() >= hop
  AND mz_now() < hop + INTERVAL '32 seconds'
UNION ALL
SELECT lead_id, created_at, converted, conversion_amount, TRUE AS matured
FROM hops
WHERE mz_now() >= hop + INTERVAL '32 seconds'
  AND mz_now() < hop + INTERVAL '62 seconds';

-- The canonical dataset: one row a lead, what was predicted beside what happened.
CREATE VIEW IF NOT EXISTS conversion_prediction_dataset AS
SELECT
  date_trunc('second', spine.created_at) AS timestamp_second,
  spine.lead_id,
  -- FIX 4, predictions come late. A lead is here before its prediction is; until then score and value are NULL and count in no cell of the
  -- confusion matrix. Such leads get a bucket of their own by name, where the article had a bucket NULL that nobody had asked for.
  -- When the prediction arrives, the lead moves from that bucket to its own.
  COALESCE(predictions.experiment_bucket, 'not yet predicted') AS experiment_bucket,
  predictions.score AS predicted_score,
  predictions.label AS predicted_value,
  spine.converted AS outcome_value,
  CASE WHEN spine.converted THEN spine.conversion_amount END AS conversion_amount,
  coupons.amount AS coupon_amount,
  spine.matured
FROM leads_in_window AS spine
LEFT JOIN conversion_predictions AS predictions ON predictions.lead_id = spine.lead_id
LEFT JOIN coupons ON coupons.lead_id = spine.lead_id;

-- The metrics of every second and bucket, pending and matured seconds alike: read `matured` before you judge.
CREATE MATERIALIZED VIEW IF NOT EXISTS classifier_metrics AS
WITH aggregates AS (
  SELECT
    timestamp_second,
    experiment_bucket,
    matured,
    COUNT(DISTINCT lead_id) AS num_leads,
    -- The threshold decides: predicted to convert, so no coupon; predicted not to, so a coupon (but never in the control group).
    -- FIX 5, of the article's prose: for a false positive no coupon is offered either. It is predicted to convert.
    COUNT(*) FILTER (WHERE predicted_value AND outcome_value) AS true_positives,
    COUNT(*) FILTER (WHERE predicted_value AND NOT outcome_value) AS false_positives,
    COUNT(*) FILTER (WHERE NOT predicted_value AND NOT outcome_value) AS true_negatives,
    -- FIX 6, a false negative did convert. The article repeated the line of the true negatives here, so that its recall was TP / (TP + TN).
    COUNT(*) FILTER (WHERE NOT predicted_value AND outcome_value) AS false_negatives,
    -- FIX 7, a coupon costs only when it is used. The article subtracted the coupons of leads that bought nothing from the revenue of those
    -- that did; and without any conversion the sum was NULL, and so was the revenue.
    COALESCE(SUM(conversion_amount) FILTER (WHERE outcome_value), 0)::FLOAT / 100 AS conversion_revenue_dollars,
    COALESCE(SUM(conversion_amount - COALESCE(coupon_amount, 0)) FILTER (WHERE outcome_value), 0)::FLOAT / 100 AS net_conversion_revenue_dollars
  FROM conversion_prediction_dataset
  GROUP BY timestamp_second, experiment_bucket, matured
)
SELECT
  timestamp_second,
  experiment_bucket,
  num_leads,
  true_positives,
  false_positives,
  true_negatives,
  false_negatives,
  conversion_revenue_dollars,
  net_conversion_revenue_dollars,
  -- NULL where nothing was predicted positive (precision) or nothing was positive (recall): there is no such share.
  true_positives::FLOAT / NULLIF(true_positives + false_positives, 0) AS precision,
  true_positives::FLOAT / NULLIF(true_positives + false_negatives, 0) AS recall,
  true_positives::FLOAT / NULLIF(true_positives + (false_positives + false_negatives)::FLOAT / 2, 0) AS f1_score,
  matured
FROM aggregates;

-- The same over the whole window: one line a bucket, what the demo shows. Rates are of what was counted, so they are not averages of averages.
CREATE MATERIALIZED VIEW IF NOT EXISTS bucket_metrics AS
SELECT
  experiment_bucket,
  matured,
  SUM(num_leads)::BIGINT AS num_leads,
  SUM(true_positives + true_negatives)::FLOAT / NULLIF(SUM(true_positives + false_positives + true_negatives + false_negatives), 0)::FLOAT AS accuracy,
  SUM(true_positives)::FLOAT / NULLIF(SUM(true_positives + false_positives), 0)::FLOAT AS precision,
  SUM(true_positives)::FLOAT / NULLIF(SUM(true_positives + false_negatives), 0)::FLOAT AS recall,
  SUM(true_positives)::FLOAT / NULLIF(SUM(true_positives)::FLOAT + SUM(false_positives + false_negatives)::FLOAT / 2, 0) AS f1_score,
  SUM(conversion_revenue_dollars) / SUM(num_leads)::FLOAT AS revenue_per_lead,
  SUM(net_conversion_revenue_dollars) / SUM(num_leads)::FLOAT AS net_revenue_per_lead
FROM classifier_metrics
GROUP BY experiment_bucket, matured;
