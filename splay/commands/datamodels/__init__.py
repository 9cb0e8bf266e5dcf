"""What tstats, datamodel and from share: datasets and their events."""
