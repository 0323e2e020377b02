/**
 * Reads tables of others, comma-separated (RFC 4180): static lists and labels of endpoints. The parser library is known here and nowhere else.
 * Invariants: a file is taken whole or not at all; every problem has its row and column; bytes, rows, columns and cells are bounded;
 * nothing is written here: what comes out is the change that taking it would make.
 */
@NullMarked
package packhorse.console.fleet.csv;

import org.jspecify.annotations.NullMarked;
