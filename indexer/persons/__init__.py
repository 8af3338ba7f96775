"""Names of persons in a text by rules: candidates, the cues beside their mentions, and one decision for each name."""
