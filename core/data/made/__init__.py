"""Generators of made sets that a visitor gives something: languages, or a recipe. All others ship as tables."""
