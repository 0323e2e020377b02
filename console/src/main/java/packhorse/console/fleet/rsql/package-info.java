/**
 * Reads queries in RSQL, the established syntax for filters in an address: {@code site==berlin;os=in=(windows,linux)}. The parser library is
 * known here and nowhere else. Invariants: whatever the text, the answer is a query or one line with the column; length and nesting are
 * bounded before the library sees it.
 */
@NullMarked
package packhorse.console.fleet.rsql;

import org.jspecify.annotations.NullMarked;
