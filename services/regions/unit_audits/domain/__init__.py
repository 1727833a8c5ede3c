"""The rules of unit audits: their life, who goes, at what hour, what must be checked."""
