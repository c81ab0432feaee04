{#- A model's schema is exactly the one it states: dbt would put the profile's in front of it. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
