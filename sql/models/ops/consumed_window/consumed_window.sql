-- Grain: one curation run and topic of which it consumed records.
{{ config(materialized='view', properties={}) }}

WITH standing AS (
    SELECT
        run.run_number,
        entry.topic,
        CAST(JSON_EXTRACT(entry.ledger, '$.batch') AS BIGINT) AS batch,
        CAST(JSON_EXTRACT(entry.ledger, '$.gaps') AS BIGINT) AS gaps,
        CAST(JSON_EXTRACT(entry.ledger, '$.ends') AS MAP (VARCHAR, BIGINT)) AS ends
    FROM {{ source('ops', 'run_manifest') }} AS run
    CROSS JOIN UNNEST(CAST(JSON_PARSE(run.ledger) AS MAP (VARCHAR, VARCHAR))) AS entry (topic, ledger)
    WHERE run.job = 'curate'
),

advance AS (
    SELECT
        run_number,
        topic,
        batch,
        ends,
        LAG(batch, 1, 0) OVER by_topic AS batch_before,
        gaps - LAG(gaps, 1, 0) OVER by_topic AS accepted_gaps,
        COALESCE(LAG(ends) OVER by_topic, CAST(MAP() AS MAP (VARCHAR, BIGINT))) AS ends_before
    FROM standing
    WINDOW by_topic AS (PARTITION BY topic ORDER BY run_number)
)

-- Producers are not transactional, so offsets are dense and their difference counts records.
SELECT
    run_number,
    topic,
    batch_before,
    batch,
    ends_before,
    ends,
    REDUCE(MAP_VALUES(ends), CAST(0 AS BIGINT), (total, stop) -> total + stop, total -> total)
    - REDUCE(MAP_VALUES(ends_before), CAST(0 AS BIGINT), (total, stop) -> total + stop, total -> total)
    - accepted_gaps AS records
FROM advance
WHERE batch > batch_before
