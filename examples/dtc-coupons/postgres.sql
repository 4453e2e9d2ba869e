-- The shop's own database. Run on the Postgres that Millrace replicates from (wal_level = logical).

-- TIMESTAMPTZ, not TIMESTAMP: a moment means the same whatever the time zone of the session that wrote it. A window that is computed from
-- a TIMESTAMP without time zone is right only while everybody writes in UTC.
CREATE TABLE IF NOT EXISTS leads (
  id                INT PRIMARY KEY,
  email             TEXT NOT NULL,
  created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- both NULL until the lead buys something; the amount is in cents
  converted_at      TIMESTAMPTZ,
  conversion_amount INT
);

CREATE TABLE IF NOT EXISTS coupons (
  id                INT PRIMARY KEY,
  created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- one coupon a lead at most: two would count its purchase twice in the join
  lead_id           INT NOT NULL UNIQUE,
  -- in cents
  amount            INT NOT NULL
);

-- Updates and deletes then carry the whole old row, whatever columns changed.
ALTER TABLE leads REPLICA IDENTITY FULL;
ALTER TABLE coupons REPLICA IDENTITY FULL;

DROP PUBLICATION IF EXISTS dtc_coupons;
CREATE PUBLICATION dtc_coupons FOR TABLE leads, coupons;
