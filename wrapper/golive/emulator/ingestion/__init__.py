"""The Product Ingestion API, emulated: a market of products and its HTTP side."""
