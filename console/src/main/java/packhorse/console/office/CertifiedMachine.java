package packhorse.console.office;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * A machine as the deployment's authority certified it.
 *
 * @param role agent, origin, tracker or console
 * @param site that its certificate names
 * @param serial of its newest certificate, hexadecimal
 * @param notAfter when that one ends
 * @param token the join token that it came with; absent once it renewed
 */
public record CertifiedMachine(
        EndpointId endpoint, String role, String site, String serial, Instant notAfter, Optional<String> token) {}
