/**
 * The deployment's own certificate authority on a tracker: its keys on disk, its books, and enrolment over EST (RFC 7030).
 *
 * <p>An {@code AuthorityDirectory} holds the issuing key sealed under a passphrase (the root's key is carried away); an
 * {@code EnrolmentJournal} is the only truth about tokens, certificates and denials, shared with the {@code packhorse ca}
 * commands through the file alone; {@code EstService} answers requests, knowing nothing of HTTP; {@code LocalAuthority} is
 * all of them together for a tracker. The HTTP door enters through {@code EstDesk}, sessions through
 * {@code core.identity.DenyList}.
 *
 * <p>Invariants: what was acknowledged is on the disk, so a kill at any line loses no token's use and no denial; a token
 * gives one certificate to one key, however often the answer is lost; a certificate names what the token or the old
 * certificate said, never what the request claims; a secret is kept as its digest only.
 */
@NullMarked
package packhorse.tracker.enrol;

import org.jspecify.annotations.NullMarked;
