/**
 * The one form of the console's records as JSON: in the ledger, over REST, in files. {@link packhorse.console.json.Records} writes and
 * reads them; nothing has to be said about a record for it.
 *
 * <pre>
 *   record                an object, its components in their order; what is not there is left out
 *   one of a sealed kind  the same, with its name first: "is": "percent"
 *   enum                  its name
 *   list, set             an array; a set is sorted
 *   map                   an object, sorted by its keys
 *   time, zone, digest, version, identifier, …   its text
 *   amount of bytes, rate                        its number
 * </pre>
 *
 * <p>Reading is strict: a key that is not known, one that is missing, one that stands twice, nothing (null) and a value of another type
 * are refused, with the place. What a record refuses when it is made is refused here, in its words. The JSON library is known here and
 * nowhere else, and its types do not leave.
 */
@NullMarked
package packhorse.console.json;

import org.jspecify.annotations.NullMarked;
