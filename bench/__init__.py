"""Ratios of the suite's hot paths against plain references, measured side by side."""
