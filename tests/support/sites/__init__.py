"""Whole sites of usual content management systems, made from templates: what `source add` must find its way in."""
