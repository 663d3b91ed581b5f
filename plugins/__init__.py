"""The bundled modules, one folder each; other folders join through DIWAN_PLUGIN_PATH."""
