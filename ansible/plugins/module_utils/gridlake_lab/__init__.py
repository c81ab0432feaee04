"""What the lab is made of: system containers on one bridge, one module for each concern."""
