/**
 * The console's commands: what runs and keeps a console, and what people ask one over REST.
 *
 * <p>Only the program's main may enter. Invariants: whatever a command changes, a console's REST changes, with the rights of the person whose
 * token it carries; a refusal is the console's own line; a secret comes from a prompt or a file and never from an argument.
 */
@NullMarked
package packhorse.console.cli;

import org.jspecify.annotations.NullMarked;
