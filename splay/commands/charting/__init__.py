"""What bin, chart and timechart share: bins, spans, splits, series and the table."""
