"""How the committed traces were made: training, and folding into integer thresholds."""
