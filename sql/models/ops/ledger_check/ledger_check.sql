-- Grain: one invariant of one curation run and its subject: a topic, or a table.
WITH consumed AS (
    SELECT
        run_number,
        topic,
        batch_before,
        batch,
        ends_before,
        ends,
        records
    FROM {{ ref('consumed_window') }}
    {% if is_incremental() %}
        WHERE run_number > (SELECT COALESCE(MAX(done.run_number), 0) FROM {{ this }} AS done)
    {% endif %}
),

record AS (
    SELECT
        topic,
        batch,
        kafka_time,
        "partition",
        "offset"
    FROM {{ source('raw', 'meter_reading') }}
    UNION ALL
    SELECT
        topic,
        batch,
        kafka_time,
        "partition",
        "offset"
    FROM {{ source('raw', 'transformer_reading') }}
),

landed AS (
    SELECT
        consumed.run_number,
        consumed.topic,
        COUNT(*) AS records,
        COUNT(DISTINCT ROW(record."partition", record."offset")) FILTER (
            WHERE
            record."offset" >= COALESCE(ELEMENT_AT(consumed.ends_before, CAST(record."partition" AS VARCHAR)), 0)
            AND record."offset" < ELEMENT_AT(consumed.ends, CAST(record."partition" AS VARCHAR))
        ) AS coordinates,
        MIN(record.kafka_time) AS oldest,
        MAX(record.kafka_time) AS newest
    FROM consumed
    INNER JOIN record
        ON
            consumed.topic = record.topic
            AND consumed.batch_before < record.batch
            AND consumed.batch >= record.batch
    GROUP BY consumed.run_number, consumed.topic
),

kept AS (
    SELECT
        consumed.run_number,
        consumed.topic,
        COUNT(*) AS records
    FROM consumed
    INNER JOIN {{ source('curated', 'reading_rejected') }} AS rejected
        ON
            consumed.topic = rejected.topic
            AND ELEMENT_AT(consumed.ends, CAST(rejected."partition" AS VARCHAR)) > rejected."offset"
            AND rejected."offset"
            >= COALESCE(ELEMENT_AT(consumed.ends_before, CAST(rejected."partition" AS VARCHAR)), 0)
    GROUP BY consumed.run_number, consumed.topic
),

-- File statistics of recorded_at leave out the versions of other runs.
touched_day AS (
    SELECT DISTINCT
        landed.run_number,
        reading.local_day
    FROM landed
    INNER JOIN {{ source('curated', 'reading_version') }} AS reading
        ON
            landed.topic = reading.topic
            AND landed.oldest <= reading.recorded_at
            AND landed.newest >= reading.recorded_at
),

current_reading AS (
    SELECT
        touched_day.run_number,
        COUNT(*) AS records,
        COUNT(DISTINCT ROW(reading.metering_point_id, reading.register, reading.local_day)) AS readings
    FROM touched_day
    INNER JOIN {{ source('curated', 'reading_current') }} AS reading
        ON touched_day.local_day = reading.local_day
    GROUP BY touched_day.run_number
),

topic_figure AS (
    SELECT
        run.run_number,
        consumed.topic,
        consumed.records,
        COALESCE(landed.records, 0) AS landed,
        COALESCE(landed.coordinates, 0) AS coordinates,
        COALESCE(kept.records, 0) AS kept,
        REDUCE(
            MAP_VALUES(MAP_FILTER(run.counts, (name, number) -> STARTS_WITH(name, consumed.topic || '/rejected/'))),
            CAST(0 AS BIGINT), (total, number) -> total + number, total -> total
        ) AS rejected,
        COALESCE(ELEMENT_AT(run.counts, consumed.topic || '/accepted'), 0)
        + COALESCE(ELEMENT_AT(run.counts, consumed.topic || '/duplicates'), 0) AS good
    FROM consumed
    INNER JOIN {{ source('ops', 'run_manifest') }} AS run ON consumed.run_number = run.run_number AND run.job = 'curate'
    LEFT JOIN landed ON consumed.run_number = landed.run_number AND consumed.topic = landed.topic
    LEFT JOIN kept ON consumed.run_number = kept.run_number AND consumed.topic = kept.topic
),

-- Per topic all from one row.
figure AS (
    SELECT
        topic_figure.run_number,
        topic_figure.topic AS subject,
        entry.invariant,
        entry.expected,
        entry.found
    FROM topic_figure
    CROSS JOIN
        UNNEST(ARRAY[
            ROW('L1 lost', topic_figure.records, topic_figure.coordinates),
            ROW('L2 doubled', topic_figure.coordinates, topic_figure.landed),
            ROW('L3 balance', topic_figure.landed, topic_figure.good + topic_figure.rejected),
            ROW('L3 rejected', topic_figure.rejected, topic_figure.kept)
        ]) AS entry (invariant, expected, found)
    UNION ALL
    SELECT
        run_number,
        'curated.reading_current' AS subject,
        'L2 doubled' AS invariant,
        readings AS expected,
        records AS found
    FROM current_reading
    UNION ALL
    SELECT DISTINCT
        consumed.run_number,
        'curated.reading_current' AS subject,
        'L6 branches' AS invariant,
        CAST(0 AS BIGINT) AS expected,
        (
            SELECT COUNT(*) FROM {{ source('curated', 'reading_current_refs') }} AS refs
            WHERE refs.type = 'BRANCH' AND refs.name <> 'main'
        ) AS found
    FROM consumed
)

SELECT
    run_number,
    subject,
    invariant,
    expected,
    found,
    expected = found AS passed
FROM figure
