"""What the Python tests stand on: a private PostgreSQL, the tracker, and a base class for cases."""
