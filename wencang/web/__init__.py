"""The archive in a browser: pages, their JSON twins, feeds and exports; read-only, without scripts."""
