"""The presentation: words in docs/deck, numbers by the macros of documents, build/deck/quellbruck.pptx out of both."""
