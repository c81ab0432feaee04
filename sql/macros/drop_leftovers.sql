{#- A unit test or model that was stopped leaves its scratch table, which the next run would stumble over. The pool `marts` keeps
    runs apart, so at the start of one every scratch table is a leftover. -#}
{% macro drop_leftovers() %}
    {% if execute %}
        {% set leftovers %}
            SELECT table_schema, table_name, table_type
            FROM {{ target.database }}.information_schema.tables
            WHERE table_schema IN ('{{ target.schema }}', 'ops') AND table_name LIKE '%~_~_dbt~_tmp' ESCAPE '~'
        {% endset %}
        {% for row in run_query(leftovers) %}
            {% set kind = 'VIEW' if row[2] == 'VIEW' else 'TABLE' %}
            {% do log('dropping leftover ' ~ row[1], info=true) %}
            {% do run_query('DROP ' ~ kind ~ ' ' ~ target.database ~ '.' ~ row[0] ~ '."' ~ row[1] ~ '"') %}
        {% endfor %}
    {% endif %}
{% endmacro %}
