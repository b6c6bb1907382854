"""What every sandbox desk needs and no vendor owns: HTTP on loopback, faults, the record, deliveries, verbs,
pages.

A vendor's sandbox (`connectors/<vendor>/sandbox`) adds its nouns, its API and its rules. Nothing here knows a
vendor by name.
"""
