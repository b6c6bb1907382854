"""Speed, as ratios inside one run. A module with `run(emit)` is found by itself."""
