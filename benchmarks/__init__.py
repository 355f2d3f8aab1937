"""Speed of Sparsim: ratios against SCALE-Sim taken in one run, start-up times, and rates on one core."""
