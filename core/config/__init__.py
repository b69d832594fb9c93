"""What a run is made of: the experiment, its presets, closed-form sizes, limits and errors. No torch here."""
