"""What adcsenrich knows about backups of a certification authority. Imports nothing of Splunk."""
