"""The Go Live API of the Cloud Partner Portal: its words, its addresses, and what is done with them.

What any long-running operation needs stands beside this package, and knows nothing of it.
"""
