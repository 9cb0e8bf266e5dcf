"""Regular expressions as PCRE reads them."""
