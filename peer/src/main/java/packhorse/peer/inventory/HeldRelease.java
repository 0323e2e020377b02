package packhorse.peer.inventory;

import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/**
 * A release whose content this agent holds.
 *
 * @param id its identity
 * @param pack SHA-256 of the content
 * @param bytes of the content
 * @param presence {@code staged} or {@code installed}
 */
public record HeldRelease(ReleaseId id, Sha256 pack, long bytes, String presence) {}
