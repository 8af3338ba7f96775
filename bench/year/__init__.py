"""A simulated year of `crawl --due`: a site that lives, the runs that watch it, and what must come of them."""
