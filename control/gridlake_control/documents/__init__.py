"""Documents whose numbers are computed: sources in docs/, facts in docs/facts.yml, pages in build/docs."""
