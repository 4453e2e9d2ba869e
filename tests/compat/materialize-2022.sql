-- Every statement form and expression that a user of Materialize 0.26 needed to watch a model over Postgres and Kafka.
-- The upstream has tables visits(id serial, arrived_at timestamp, bought_at timestamp, total int) and gifts(id serial, visit_id int, worth int),
-- published as shop_changes with REPLICA IDENTITY FULL; topic shop_scores holds JSON objects visit_id, arm, made_at, score, pick.
-- ${POSTGRES} and ${KAFKA} stand for the upstreams.

CREATE MATERIALIZED SOURCE IF NOT EXISTS shop_db FROM POSTGRES
    -- a comment in the middle
    CONNECTION '${POSTGRES}'
    PUBLICATION 'shop_changes'
    WITH (timestamp_frequency_ms = 100);

CREATE VIEWS FROM SOURCE shop_db;

CREATE SOURCE IF NOT EXISTS shop_scores_raw
    FROM KAFKA BROKER '${KAFKA}' TOPIC 'shop_scores'
    FORMAT BYTES;

CREATE VIEW IF NOT EXISTS shop_scores AS
  SELECT
    CAST(data->>'visit_id' AS BIGINT) AS visit_id
    , CAST(data->>'arm' AS VARCHAR(255)) AS arm
    , CAST(data->>'made_at' AS TIMESTAMP) AS made_at
    , CAST(data->>'score' AS FLOAT) AS score
    , CAST(data->>'pick' AS INT) AS pick
  FROM (
    SELECT
      CONVERT_FROM(data, 'utf8')::jsonb AS data
      FROM shop_scores_raw
  );

CREATE VIEW IF NOT EXISTS scored_visits AS

WITH recent AS (
  SELECT
    visits.arrived_at AS timestamp
    , visits.id AS visit_id
  FROM visits
  WHERE
    mz_logical_timestamp() >= 5000 * (EXTRACT(EPOCH FROM visits.arrived_at)::bigint * 1000 / 5000)
    AND mz_logical_timestamp() < 20000 * (5000 + EXTRACT(EPOCH FROM visits.arrived_at)::bigint * 1000 / 5000)
)

, scores AS (
  SELECT
    recent.visit_id
    , shop_scores.arm
    , shop_scores.made_at
    , shop_scores.score
    , shop_scores.pick::BOOL
  FROM recent
  LEFT JOIN shop_scores
    ON shop_scores.visit_id = recent.visit_id
)

, results AS (
  SELECT
    recent.visit_id
    , CASE
        WHEN
          visits.bought_at IS NULL THEN FALSE
        WHEN
          visits.bought_at <= (visits.arrived_at + INTERVAL '20 seconds')
          THEN TRUE
        ELSE FALSE
      END AS value
    , CASE
        WHEN
          visits.bought_at IS NULL THEN NULL
        WHEN
          visits.bought_at <= (visits.arrived_at + INTERVAL '20 seconds')
          THEN visits.bought_at
        ELSE NULL
      END AS bought_at
    , CASE
        WHEN
          visits.bought_at IS NULL THEN NULL
        WHEN
          visits.bought_at <= (visits.arrived_at + INTERVAL '20 seconds')
          THEN visits.total
        ELSE NULL
      END AS total
    , gifts.worth AS gift_worth
  FROM recent
  LEFT JOIN visits ON visits.id = recent.visit_id
  LEFT JOIN gifts ON gifts.visit_id = recent.visit_id
)

SELECT
  date_trunc('second', recent.timestamp) AS arrived_second
  , recent.visit_id
  , scores.arm
  , scores.score AS given_score
  , scores.pick AS given_pick
  , results.value AS bought
  , results.total
  , results.gift_worth
FROM recent
LEFT JOIN scores ON scores.visit_id = recent.visit_id
LEFT JOIN results ON results.visit_id = recent.visit_id

;

CREATE MATERIALIZED VIEW IF NOT EXISTS shop_metrics AS

WITH counts AS (
  -- one row a second and arm
  SELECT
    arrived_second
    , arm
    , COUNT(DISTINCT visit_id) AS visitors
    , SUM((given_pick AND bought)::INT)
        AS hits
    , SUM((given_pick AND not bought)::INT)
        AS false_alarms
    , SUM((NOT given_pick AND not bought)::INT)
        AS quiet
    , SUM((NOT given_pick AND bought)::INT)
        AS misses
    , SUM(total)::FLOAT / 100 AS income
    , (SUM(total) - SUM(COALESCE(gift_worth, 0)))::FLOAT / 100
        AS net_income
  FROM scored_visits
  GROUP BY 1, 2
)

SELECT
  arrived_second
  , arm
  , visitors
  , hits
  , false_alarms
  , quiet
  , misses
  , income
  , net_income
  , hits::FLOAT
    / NULLIF(hits + false_alarms, 0)
      AS precision
  , hits::FLOAT
    / NULLIF(hits + misses, 0)
      AS recall
  , hits::FLOAT
    / NULLIF(
        hits
          + 1.0 / 2.0 * (false_alarms + misses)
        , 0
    )
      AS f1
FROM counts

;

SHOW SOURCES;
SHOW VIEWS;
SHOW CREATE VIEW scored_visits;
SELECT * FROM shop_metrics ORDER BY 1 DESC LIMIT 10;
DROP MATERIALIZED VIEW shop_metrics;
