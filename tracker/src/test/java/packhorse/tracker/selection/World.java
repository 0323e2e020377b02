package packhorse.tracker.selection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Link;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;
import packhorse.tracker.swarm.Bans;
import packhorse.tracker.swarm.Holding;
import packhorse.tracker.swarm.Member;

/**
 * A small world that a test draws, one place a line:
 *
 * <pre>
 * origin   O10
 * berlin   *s0 a0 b3!40
 * lisbon   *t? c10-
 * nowhere  r0
 * </pre>
 *
 * An agent is its name and how many of 10 pieces it has. {@code *} before it: a listed site peer; {@code ?} for a number: alive,
 * but not in this swarm. After the number: {@code -} it does not want more, {@code !40} it has stood still for 40 s,
 * {@code ~a+b} it refuses a and b. {@link #decide} runs selection; {@link #settle} runs it until everybody has confirmed what
 * it was told.
 */
final class World {
    static final int PIECES = 10;
    private static final Pattern AGENT =
            Pattern.compile("(\\*?)([a-zA-Z][a-zA-Z_]*[0-9]*?)([0-9]+|\\?)(-?)(?:!([0-9]+))?(?:~([a-zA-Z+]+))?");
    private static final Sha256 PACK = Sha256.of(new byte[] {1});

    private final Map<String, Agent> agents = new LinkedHashMap<>();
    private final Whereabouts whereabouts;
    private final Map<EndpointId, Orders> confirmed = new HashMap<>();
    private SwarmMemory memory = SwarmMemory.EMPTY;
    private Rules rules = Rules.DEFAULT;
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private @Nullable SwarmDecision decision;

    /** One agent of the drawing; tests turn its fields. */
    static final class Agent {
        final String name;
        final EndpointId id;
        final PeerAddress address;
        final Instant joined;
        int pieces;
        boolean here;
        boolean wants = true;
        Duration stalled = Duration.ZERO;
        Set<String> refuses = new TreeSet<>();

        Agent(String name, PeerAddress address, Instant joined) {
            this.name = name;
            this.id = EndpointId.ofBytes(java.util.Arrays.copyOf(
                    name.getBytes(java.nio.charset.StandardCharsets.UTF_8), EndpointId.LENGTH_BYTES));
            this.address = address;
            this.joined = joined;
        }
    }

    private World(SiteMap sites) {
        this.whereabouts = new Whereabouts(sites);
    }

    static World draw(String drawing) {
        List<Site> sites = new ArrayList<>();
        Set<IpAddress> origins = new HashSet<>();
        List<Agent> drawn = new ArrayList<>();
        Instant joined = Instant.parse("2026-11-21T11:59:00Z");
        for (String line : drawing.strip().split("\n", -1)) {
            String[] words = line.strip().split("\\s+", -1);
            String place = words[0];
            Set<IpAddress> sitePeers = new HashSet<>();
            for (int i = 1; i < words.length; i++) {
                Matcher parts = AGENT.matcher(words[i]);
                if (!parts.matches()) {
                    throw new IllegalArgumentException("\"" + words[i] + "\" is no agent");
                }
                String base = switch (place) {
                    case "origin" -> "192.0.2.";
                    case "nowhere" -> "198.51." + i / 200 + ".";
                    default -> "10." + (sites.size() + 1) + "." + i / 200 + ".";
                };
                PeerAddress address = PeerAddress.parse(base + (i % 200 + 1) + ":7000");
                Agent agent = new Agent(parts.group(2), address, joined.plusMillis(drawn.size()));
                agent.here = !parts.group(3).equals("?");
                agent.pieces = agent.here ? Integer.parseInt(parts.group(3)) : 0;
                agent.wants = parts.group(4).isEmpty();
                agent.stalled = Duration.ofSeconds(parts.group(5) == null ? 0 : Integer.parseInt(parts.group(5)));
                if (parts.group(6) != null) {
                    agent.refuses.addAll(List.of(parts.group(6).split("\\+")));
                }
                drawn.add(agent);
                if (!parts.group(1).isEmpty()) {
                    sitePeers.add(address.ip());
                }
                if (place.equals("origin")) {
                    origins.add(address.ip());
                }
            }
            if (!place.equals("origin") && !place.equals("nowhere")) {
                sites.add(new Site(
                        place,
                        List.of(Subnet.parse("10." + (sites.size() + 1) + ".0.0/16")),
                        new Link(new ByteRate(1000), new ByteRate(1000)),
                        sitePeers,
                        false));
            }
        }
        World world = new World(new SiteMap(sites, origins));
        drawn.forEach(agent -> world.agents.put(agent.name, agent));
        return world;
    }

    World rules(Rules other) {
        rules = other;
        return this;
    }

    Rules rules() {
        return rules;
    }

    Agent agent(String name) {
        Agent agent = agents.get(name);
        if (agent == null) {
            throw new IllegalArgumentException("nobody is called " + name);
        }
        return agent;
    }

    List<Agent> agents() {
        return List.copyOf(agents.values());
    }

    World dies(String name) {
        confirmed.remove(agent(name).id);
        agents.remove(name);
        return this;
    }

    World later(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** Everybody who was told something confirms it. */
    World confirm() {
        confirmed.putAll(decision().orders());
        confirmed.keySet().removeIf(id -> agents.values().stream().noneMatch(agent -> agent.id.equals(id)));
        return this;
    }

    World decide() {
        SwarmDecision next = Selection.decide(
                PACK,
                members(),
                whereabouts,
                ip -> agents.values().stream()
                        .anyMatch(agent -> agent.address.ip().equals(ip)),
                (host, caller) -> {
                    Orders orders = confirmed.get(host.id());
                    return orders != null && orders.expects(caller);
                },
                rules,
                memory,
                now);
        memory = next.memory();
        decision = next;
        return this;
    }

    /** Decides and confirms until nothing changes, as it must within a few rounds when time stands still. */
    World settle() {
        for (int round = 0; round < 5; round++) {
            Map<EndpointId, Orders> before = decision == null ? Map.of() : decision.orders();
            decide().confirm();
            if (before.equals(decision().orders())) {
                return this;
            }
        }
        throw new AssertionError("still changing after five rounds with nothing happening");
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        for (Agent agent : agents.values()) {
            if (agent.here) {
                members.add(new Member(
                        agent.id,
                        agent.address.ip(),
                        List.of(agent.address),
                        new Holding(
                                agent.pieces,
                                PIECES,
                                agent.wants && agent.pieces < PIECES,
                                Holding.Traffic.NONE,
                                agent.stalled,
                                Optional.empty()),
                        new Bans(
                                agent.refuses.stream()
                                        .map(name -> agent(name).id)
                                        .collect(Collectors.toSet()),
                                Set.of()),
                        agent.joined,
                        agent.joined,
                        now));
            }
        }
        return members;
    }

    SwarmDecision decision() {
        if (decision == null) {
            throw new IllegalStateException("nothing is decided yet");
        }
        return decision;
    }

    Map<EndpointId, Orders> confirmed() {
        return confirmed;
    }

    Orders orders(String name) {
        Orders orders = decision().orders().get(agent(name).id);
        if (orders == null) {
            throw new IllegalStateException(name + " is in no swarm");
        }
        return orders;
    }

    Place place(Agent agent) {
        return whereabouts.of(agent.address.ip());
    }

    String siteOf(Agent agent) {
        return place(agent) instanceof Place.InSite(Site site) ? site.name() : "";
    }

    /** Whom an agent is told to connect to, as names in order. */
    String connects(String name) {
        return names(orders(name).connect().stream().map(Orders.Hint::address).collect(Collectors.toSet()));
    }

    /** Whom an agent is to let in, as names in order. */
    String allows(String name) {
        return orders(name).allow().keySet().stream()
                .map(id -> owner(id).name)
                .sorted()
                .collect(Collectors.joining(" "));
    }

    String names(Set<PeerAddress> addresses) {
        Map<String, Boolean> names = new TreeMap<>();
        for (PeerAddress address : addresses) {
            names.put(owner(address).name, true);
        }
        return String.join(" ", names.keySet());
    }

    Agent owner(EndpointId id) {
        return agents.values().stream()
                .filter(agent -> agent.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " is nobody here"));
    }

    Agent owner(PeerAddress address) {
        return agents.values().stream()
                .filter(agent -> agent.address.equals(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError(address + " belongs to nobody here"));
    }

    Optional<SwarmDecision.SiteState> site(String name) {
        return decision().sites().stream().filter(s -> s.site().equals(name)).findFirst();
    }

    /** Who pulls for a site, as names in the order of their shares. */
    String pullers(String site) {
        return site(site).map(s -> namesOf(s.pullers())).orElse("");
    }

    String rescued(String site) {
        return site(site).map(s -> namesOf(s.rescued())).orElse("");
    }

    private String namesOf(List<EndpointId> ids) {
        return ids.stream()
                .map(id -> agents.values().stream()
                        .filter(agent -> agent.id.equals(id))
                        .findFirst()
                        .orElseThrow()
                        .name)
                .collect(Collectors.joining(" "));
    }
}
