"""Real servers, started on 127.0.0.1 for tests and benchmarks, in folders of their own."""
