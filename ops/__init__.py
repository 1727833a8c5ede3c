"""The operators' side: a private PostgreSQL, the supervisor, the `liandong` command."""
