"""Importers of published collider events; `python3 -m mlpf_import` or the program mlpf-import."""
