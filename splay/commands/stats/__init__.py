"""What stats, eventstats, streamstats, top, rare and sort share: terms, groups, windows, orders."""
