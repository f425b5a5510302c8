"""Short dates in English: the month is a word, because 04/05 is April here and May there."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
