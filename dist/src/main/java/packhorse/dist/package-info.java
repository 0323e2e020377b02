/**
 * The one program: assembles the roles' commands and wires what must not know each other.
 */
@NullMarked
package packhorse.dist;

import org.jspecify.annotations.NullMarked;
