{#- A failed invariant stops the run that it belongs to; what an earlier run left stands in the table and stops nobody. -#}
{% test newest_run_passed(model) %}
SELECT *
FROM {{ model }}
WHERE NOT passed AND run_number = (SELECT MAX(run_number) FROM {{ model }})
{% endtest %}
