package packhorse.console.ledger;

import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * A member of a wave as it is frozen.
 *
 * @param site where it is then
 * @param pair the redundant pair that it is one of
 * @param host the machine that it is a virtual machine on
 */
public record MemberRow(EndpointId endpoint, String site, Optional<String> pair, Optional<String> host) {}
