-- Supply contracts: in which balancing group a metering point is settled, and when.
-- Grain: one row per metering point and first day of a contract. A point without one is settled in a remainder of its own.

CREATE TABLE assets.contract (
  metering_point_id text NOT NULL REFERENCES assets.metering_point,
  balancing_group text NOT NULL CHECK (balancing_group <> ''),
  valid_from date NOT NULL,
  valid_to date CHECK (valid_to > valid_from),
  PRIMARY KEY (metering_point_id, valid_from)
);

COMMENT ON TABLE assets.contract IS 'Supply contract of a metering point; two of one point never hold on the same day';
COMMENT ON COLUMN assets.contract.balancing_group IS 'Balancing group in which the energy drawn and fed in is settled';
COMMENT ON COLUMN assets.contract.valid_to IS 'First day on which it holds no more; null while no end is known';
