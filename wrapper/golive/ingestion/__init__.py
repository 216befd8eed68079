"""The Product Ingestion API, which new products use: the same verbs, the same operation."""
