{#- Grain as a test: rows of a model that share these columns. -#}
{% test one_row_per(model, columns) %}
SELECT {{ columns | join(', ') }}, COUNT(*) AS copies
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING COUNT(*) > 1
{% endtest %}
