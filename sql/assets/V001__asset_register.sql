-- Asset register of Quellbruck Netz: what stands where and who is connected to it.
-- Grain: one row per thing; history arrives with valid_from in later migrations.
-- Applied once, in order of the file names, by `headend register`; an applied file never changes.

CREATE TABLE assets.substation (
  substation_id text PRIMARY KEY,
  area text NOT NULL,
  archetype text NOT NULL,
  feeder text NOT NULL,
  rated_kva integer NOT NULL CHECK (rated_kva > 0),
  longitude double precision NOT NULL,
  latitude double precision NOT NULL,
  valid_from date NOT NULL
);

COMMENT ON TABLE assets.substation IS 'Secondary substation (MV/LV) with one transformer and one meter at its low-voltage busbar';
COMMENT ON COLUMN assets.substation.area IS 'Supply area; ids of everything in it begin with it';
COMMENT ON COLUMN assets.substation.archetype IS 'SimBench grid type: rural1..3, semiurb4..5, urban6';
COMMENT ON COLUMN assets.substation.feeder IS 'Medium-voltage grid that supplies the substation';
COMMENT ON COLUMN assets.substation.rated_kva IS 'Rated power of the transformer in kVA';

CREATE TABLE assets.metering_point (
  metering_point_id text PRIMARY KEY,
  substation_id text NOT NULL REFERENCES assets.substation,
  voltage_level text NOT NULL CHECK (voltage_level IN ('LV', 'MV')),
  profile_class text NOT NULL,
  contract_kw integer NOT NULL CHECK (contract_kw > 0),
  has_pv boolean NOT NULL,
  pv_kwp numeric(8, 1) CHECK ((pv_kwp IS NOT NULL) = has_pv),
  valid_from date NOT NULL
);

CREATE INDEX metering_point_substation ON assets.metering_point (substation_id);

COMMENT ON TABLE assets.metering_point IS 'Connection of one customer, as the register believes it to be';
COMMENT ON COLUMN assets.metering_point.profile_class IS 'BDEW standard load profile: H0 household, G1..G6 commercial, L1..L2 farm';
COMMENT ON COLUMN assets.metering_point.contract_kw IS 'Contracted power in kW';
COMMENT ON COLUMN assets.metering_point.pv_kwp IS 'Rated power of the PV plant in kW';

CREATE TABLE assets.register (
  metering_point_id text NOT NULL REFERENCES assets.metering_point,
  obis text NOT NULL CHECK (obis IN ('1-0:1.8.0', '1-0:2.8.0')),
  unit text NOT NULL CHECK (unit = 'Wh'),
  multiplier integer NOT NULL CHECK (multiplier > 0),
  valid_from date NOT NULL,
  PRIMARY KEY (metering_point_id, obis)
);

COMMENT ON TABLE assets.register IS 'Cumulative register of a metering point';
COMMENT ON COLUMN assets.register.obis IS '1-0:1.8.0 energy drawn from the grid (A+), 1-0:2.8.0 energy fed in (A-)';
COMMENT ON COLUMN assets.register.multiplier IS 'Transformer ratio by which the register is multiplied';

COMMENT ON SCHEMA assets IS 'Contains information from SimBench, available under the Open Database License (ODbL) 1.0';
