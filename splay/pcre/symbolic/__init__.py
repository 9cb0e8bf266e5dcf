"""Regular expressions on texts of which parts are not known: what holds whatever they are."""
