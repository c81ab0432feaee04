-- Grain: one row per metering point, register and interval that holds a value.
{{ config(materialized='view', properties={}) }}

SELECT
    reading.metering_point_id,
    reading.register,
    reading.local_day,
    step.wh,
    step.quality,
    DATE_ADD('minute', 15 * (step.position - 1), reading.interval_start_utc) AS interval_start_utc
FROM {{ source('curated', 'reading_current') }} AS reading
CROSS JOIN UNNEST(reading."values", reading.quality) WITH ORDINALITY AS step (wh, quality, position)
WHERE step.wh IS NOT NULL
