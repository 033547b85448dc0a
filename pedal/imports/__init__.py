"""Models of other systems, converted to ours; which and how: FORMATS.md beside it."""
