/**
 * Edits texts that belong to somebody else: sets and removes keys in properties and INI files, fills templates. All of it is a
 * function from text to text. Adapters use it.
 *
 * <p>Invariants: a text is the file's bytes, each byte one character (ISO 8859-1), so that no byte is lost or changed that was not
 * asked about: encodings, line endings, byte order mark, comments, order and the missing last newline stay. Doing the same edit
 * again changes nothing. No value can bring in a second line or key: what the format cannot say safely is refused.
 */
@Pure
@NullMarked
package packhorse.peer.adapter.text;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
