/*
 * How much may be stored in one row and moved in one piece, in bytes. JavaScript holds no text of more than 512 MB: a driver that is
 * handed one throws where nobody can catch it, and the process ends.
 */

const MB = 1024 * 1024;

/** What one operation may say, as JSON. Recording more is refused; what other software wrote is set aside on its way to headquarters. */
export const LARGEST_ROW = MB;

/** Where a package of rows is cut, whatever the number of rows; the last row may go beyond it. */
export const LARGEST_PACKAGE = 4 * MB;

/** What the database packs into one text at most. It refuses to answer more. */
export const LARGEST_TEXT = 64 * MB;

/** Customers and addresses that one package brings back to a channel as whole rows: each has at most a few KB. */
export const MOST_WHOLE_ROWS = 5_000;
