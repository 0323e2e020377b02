package packhorse.tracker.enrol;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.JournalEntry.Certified;
import packhorse.tracker.enrol.JournalEntry.Denied;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/**
 * What the journal's entries add up to: tokens, what they were used for, each machine's newest certificate, and who is
 * denied. Values only; the journal guards it.
 */
final class Books {
    private final Map<String, TokenIssued> tokens = new HashMap<>();
    private final Map<String, Certified> used = new HashMap<>();
    private final Map<EndpointId, Certified> machines = new LinkedHashMap<>();
    private final Map<EndpointId, Denied> deniedEndpoints = new LinkedHashMap<>();
    private final Map<BigInteger, Denied> deniedSerials = new LinkedHashMap<>();
    private long revision;

    /** Takes in what happened next. */
    void apply(JournalEntry entry) {
        switch (entry) {
            case TokenIssued token -> tokens.put(token.id(), token);
            case Certified one -> {
                one.token().ifPresent(token -> {
                    Certified before = used.putIfAbsent(token, one);
                    if (before != null && !before.serial().equals(one.serial())) {
                        throw new IllegalArgumentException("the token " + token + " was used twice");
                    }
                });
                machines.put(one.endpoint(), one);
            }
            case Denied denied -> {
                denied.endpoint().ifPresent(id -> deniedEndpoints.put(id, denied));
                denied.serial().ifPresent(serial -> deniedSerials.put(serial, denied));
                revision = Math.max(revision, denied.revision());
            }
        }
    }

    /** The token {@code id}, used or not. */
    Optional<TokenIssued> token(String id) {
        return Optional.ofNullable(tokens.get(id));
    }

    /** What the token {@code id} was used for. */
    Optional<Certified> usedFor(String id) {
        return Optional.ofNullable(used.get(id));
    }

    /** The newest certificate of {@code endpoint}. */
    Optional<Certified> machine(EndpointId endpoint) {
        return Optional.ofNullable(machines.get(endpoint));
    }

    /** Each machine's newest certificate, in the order they joined. */
    Collection<Certified> machines() {
        return Collections.unmodifiableCollection(machines.values());
    }

    Collection<TokenIssued> tokens() {
        return Collections.unmodifiableCollection(tokens.values());
    }

    Set<EndpointId> deniedEndpoints() {
        return Collections.unmodifiableSet(deniedEndpoints.keySet());
    }

    Set<BigInteger> deniedSerials() {
        return Collections.unmodifiableSet(deniedSerials.keySet());
    }

    boolean denied(EndpointId endpoint, BigInteger serial) {
        return deniedEndpoints.containsKey(endpoint) || deniedSerials.containsKey(serial);
    }

    /** How often somebody was denied. */
    long revision() {
        return revision;
    }

    /**
     * The fewest entries that add up to all that still matters at {@code now}: tokens that have not expired, with their use;
     * each machine's newest certificate; every denial.
     */
    List<JournalEntry> essence(Instant now) {
        List<JournalEntry> kept = new ArrayList<>();
        for (TokenIssued token : tokens.values()) {
            if (now.isBefore(token.expiry())) {
                kept.add(token);
                Certified use = used.get(token.id());
                if (use != null) {
                    kept.add(use);
                }
            }
        }
        machines.values().forEach(newest -> kept.add(withoutToken(newest)));
        kept.addAll(deniedEndpoints.values());
        kept.addAll(deniedSerials.values());
        return kept;
    }

    private static Certified withoutToken(Certified one) {
        return new Certified(
                one.at(),
                one.endpoint(),
                one.role(),
                one.site(),
                one.names(),
                one.serial(),
                one.key(),
                one.notAfter(),
                Optional.empty(),
                Optional.empty());
    }
}
