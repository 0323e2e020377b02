package packhorse.console.office;

import java.time.Instant;
import packhorse.core.content.Sha256;

/** What the first administrator shows, once, while there is no account yet; only its digest is kept. */
public record FirstSecret(Sha256 secret, Instant expires) {}
