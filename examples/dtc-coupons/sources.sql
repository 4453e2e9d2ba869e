-- Where the data come from: the shop's Postgres and the topic of predictions. Run on Millrace.
-- ${...} are filled in by setup.ts from its options; write your own values when you run this file by hand.

CREATE SECRET IF NOT EXISTS shop_password AS '${POSTGRES_PASSWORD}';

CREATE CONNECTION IF NOT EXISTS shop TO POSTGRES (
  HOST '${POSTGRES_HOST}', PORT ${POSTGRES_PORT}, DATABASE '${POSTGRES_DATABASE}', USER '${POSTGRES_USER}', PASSWORD SECRET shop_password
);

-- Tables `leads` and `coupons` appear, first with the rows that are there, then with every change.
CREATE SOURCE IF NOT EXISTS shop_tables FROM POSTGRES CONNECTION shop (PUBLICATION 'dtc_coupons') FOR ALL TABLES;

CREATE CONNECTION IF NOT EXISTS events TO KAFKA (BROKER '${KAFKA_BROKER}', SECURITY PROTOCOL 'PLAINTEXT');

-- Each message is one JSON object; its fields become columns by name. `label` may be true, false, 1 or 0: the producers differ.
-- What cannot be decoded goes to conversion_predictions_errors and stops nothing.
CREATE SOURCE IF NOT EXISTS conversion_predictions (
  lead_id           BIGINT,
  experiment_bucket TEXT,
  score             DOUBLE PRECISION,
  label             BOOLEAN,
  predicted_at      TIMESTAMPTZ
) FROM KAFKA CONNECTION events (TOPIC '${KAFKA_TOPIC}') FORMAT JSON;
