// Package imports takes listings from CSV files: it reads them row by row, makes
// apartments of them, and stores those in batches. A row that cannot be taken is reported
// with its line, column and reason, and the rest goes in. Running an import again changes
// nothing, since a listing is known by its id.
//
// The first row names the columns, in any order; unknown columns are ignored:
//
//	id            the listing's id at its source: 1 to 64 letters, digits, "-", "_", "."
//	price         rent in whole US dollars
//	price_type    Monthly, Weekly or Monthly|Weekly
//	cityname      city; needs state
//	state         two letters
//	bedrooms      whole number; 0 is a studio
//	bathrooms     number such as 1.5
//	square_feet   whole number
//	pets_allowed  None, Cats, Dogs or Cats,Dogs
//	currency      USD
//	title         made of rooms and place where there is none
//
// The first three must be there. A value that is empty or null is missing. The format
// is RFC 4180 in UTF-8, with or without a byte order mark, with LF or CRLF. The columns are
// those of UCI dataset 555, "Apartment for Rent Classified".
package imports
