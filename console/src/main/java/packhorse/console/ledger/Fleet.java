package packhorse.console.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Narrowing;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;

/**
 * All endpoints, and what is known of each. What machines say of themselves replaces what they said before, whoever comes last; what
 * people say is compared with what they saw.
 */
public interface Fleet {
    /** What one answer may hold; whoever wants more asks again behind the last. */
    int LIMIT_MAX = 10_000;

    /**
     * One endpoint.
     *
     * @param facts with whether it is here now, and when it was last
     * @param tracker that has a session with it; empty: none
     * @param retired it was taken out of service; its rows stay, since records point at it
     * @param version one more with each change by people
     */
    record Row(EndpointFacts facts, String tracker, boolean retired, long version) {}

    /** Somebody who is here. */
    record Here(EndpointId endpoint, String site, Instant since) {}

    /** An inventory that is stored. */
    record Kept(long revision, Inventory inventory) {}

    /** Adds whoever was let in, or changes the name and site of one who is there; whoever was retired serves again. */
    void enrol(EndpointId endpoint, String name, String site, Instant at);

    /** Adds many, with all that is known of each; whoever is there stays as it is. */
    void add(Collection<EndpointFacts> endpoints);

    /** One endpoint. */
    Optional<Row> find(EndpointId endpoint);

    /** Those of these that are there. */
    Map<EndpointId, Row> find(Collection<EndpointId> endpoints);

    /** One endpoint that has to be there; {@link Refusal.Why#NOT_THERE} otherwise. */
    Row get(EndpointId endpoint);

    /** Those of one host's name, which is nobody's alone. */
    List<Row> named(String name);

    /** Endpoints in the order of their ids, behind {@code after} where one is given; without those that are retired. */
    List<Row> list(Optional<EndpointId> after, int limit);

    /**
     * Goes through endpoints in service in the order of their ids, few in memory at a time.
     *
     * @param narrowing whoever fits it is among them; others may be as well
     * @param visitor says whether to go on; he may read meanwhile
     */
    void each(Narrowing narrowing, Optional<EndpointId> after, Predicate<Row> visitor);

    /**
     * What waves are cut by, of one endpoint.
     *
     * @param kind of machine, for samples
     * @param pair that it is one of; empty: none
     * @param host that it is a virtual machine on; empty: none
     */
    record Chosen(EndpointId endpoint, String site, String kind, String pair, String host) {
        /** The same as the ledger keeps beside the facts. */
        static Chosen of(EndpointFacts facts) {
            return new Chosen(
                    facts.endpoint(),
                    facts.site(),
                    facts.machineKind(),
                    facts.redundantPair().orElse(""),
                    facts.vmHost().orElse(""));
        }
    }

    /**
     * Goes through those in service who fit, in no order; where the narrowing says who fits, nobody's facts are read.
     *
     * @param fits the same as the narrowing was made of
     */
    void choose(Narrowing narrowing, Predicate<EndpointFacts> fits, Consumer<Chosen> visitor);

    /** How many there are, without those that are retired. */
    long count();

    /**
     * Who has a session with a tracker. Whoever is not known yet is added.
     *
     * @param full whether those are all; whoever else was with it is not any more
     */
    void here(String tracker, Collection<Here> here, boolean full);

    /** These have no session with the tracker any more. */
    void away(String tracker, Collection<EndpointId> gone, Instant at);

    /**
     * Writes labels in place of what an endpoint had.
     *
     * @param seen the row's version, where one is insisted on; {@link Refusal.Why#STALE} where it is another
     */
    Row label(EndpointId endpoint, OptionalLong seen, Map<String, String> labels);

    /** Takes it out of service; where it is a wave's member and nothing was done there, it counts no more. */
    Row retire(EndpointId endpoint, OptionalLong seen);

    /** The inventory, where it ever sent one. */
    Optional<Kept> inventory(EndpointId endpoint);

    /** The revision up to which the inventory is stored; 0: nothing. */
    long revision(EndpointId endpoint);

    /** The same of many; whoever never sent one is left out. */
    Map<EndpointId, Long> revisions(Collection<EndpointId> endpoints);

    /**
     * Stores an inventory, and takes into the facts what they have of it.
     *
     * @param selectors which of it people ask for
     */
    void keep(EndpointId endpoint, long revision, Inventory inventory, Set<String> selectors);
}
