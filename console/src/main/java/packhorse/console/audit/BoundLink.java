package packhorse.console.audit;

import packhorse.core.content.Sha256;

/**
 * A link with the digest that stands before it, which it is bound to: what proves it by itself.
 *
 * @param before the digest of the link with the number before
 */
public record BoundLink(Sha256 before, AuditLink link) {}
