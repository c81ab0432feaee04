-- Grain: one row per substation and local day that its transformer meter speaks of.
{{ config(materialized='table') }}

WITH transformer_day AS (
    SELECT
        substation_id,
        local_day,
        SUM(import_wh) / 1000.0E0 AS imported_kwh,
        SUM(export_wh) / 1000.0E0 AS exported_kwh,
        COUNT(*) AS transformer_intervals
    FROM {{ source('curated', 'transformer_reading') }}
    GROUP BY substation_id, local_day
),

register_day AS (
    SELECT
        metering_point_id,
        register,
        local_day,
        REDUCE("values", CAST(0 AS BIGINT), (total, wh) -> total + COALESCE(wh, 0), total -> total) AS wh
    FROM {{ source('curated', 'reading_current') }}
),

customer_day AS (
    SELECT
        metering_point.substation_id,
        register_day.local_day,
        SUM(IF(register_day.register = '1-0:1.8.0', register_day.wh, 0)) / 1000.0E0 AS consumed_kwh,
        SUM(IF(register_day.register = '1-0:2.8.0', register_day.wh, 0)) / 1000.0E0 AS fed_in_kwh
    FROM register_day
    INNER JOIN {{ source('curated', 'metering_point') }} AS metering_point
        ON register_day.metering_point_id = metering_point.metering_point_id
    GROUP BY metering_point.substation_id, register_day.local_day
),

completeness_day AS (
    SELECT
        metering_point.substation_id,
        completeness.local_day,
        SUM(completeness.expected_intervals) AS expected_intervals,
        SUM(completeness.received_intervals) AS received_intervals
    FROM {{ source('curated', 'day_completeness') }} AS completeness
    INNER JOIN {{ source('curated', 'metering_point') }} AS metering_point
        ON completeness.metering_point_id = metering_point.metering_point_id
    GROUP BY metering_point.substation_id, completeness.local_day
),

balance AS (
    SELECT
        transformer_day.substation_id,
        transformer_day.local_day,
        transformer_day.imported_kwh,
        transformer_day.exported_kwh,
        transformer_day.transformer_intervals,
        COALESCE(customer_day.consumed_kwh, 0) AS consumed_kwh,
        COALESCE(customer_day.fed_in_kwh, 0) AS fed_in_kwh,
        transformer_day.imported_kwh - transformer_day.exported_kwh AS delivered_kwh,
        COALESCE(customer_day.consumed_kwh, 0) - COALESCE(customer_day.fed_in_kwh, 0) AS metered_kwh,
        COALESCE(completeness_day.expected_intervals, 0) AS expected_intervals,
        COALESCE(completeness_day.received_intervals, 0) AS received_intervals
    FROM transformer_day
    LEFT JOIN customer_day
        ON
            transformer_day.substation_id = customer_day.substation_id
            AND transformer_day.local_day = customer_day.local_day
    LEFT JOIN completeness_day
        ON
            transformer_day.substation_id = completeness_day.substation_id
            AND transformer_day.local_day = completeness_day.local_day
)

SELECT
    substation_id,
    local_day,
    imported_kwh,
    exported_kwh,
    delivered_kwh,
    consumed_kwh,
    fed_in_kwh,
    metered_kwh,
    transformer_intervals,
    expected_intervals,
    received_intervals,
    delivered_kwh - metered_kwh AS difference_kwh,
    100 * (delivered_kwh - metered_kwh) / NULLIF(imported_kwh, 0) AS difference_percent,
    100.0E0 * received_intervals / NULLIF(expected_intervals, 0) AS completeness_percent
FROM balance
