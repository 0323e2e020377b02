/**
 * What the agent tells the people of its machine about installing, in words and as JSON: lines that are in place, actions that are
 * under way, releases that are offered. Who may enter: the command line and the page of the gateway, so that both say the same in
 * the same words. Values in, values out; nothing here asks the agent or prints.
 */
@NullMarked
package packhorse.peer.words;

import org.jspecify.annotations.NullMarked;
