package packhorse.tracker.announce;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.topology.PeerAddress;

/**
 * Who is in the open swarms.
 *
 * <p>A swarm is known when a verified release of the catalogue names its info-hash; strangers cannot add one. Of ours it holds the sessions
 * that serve the release to other clients ({@link #serve}); they come first in every answer. Others follow from a place in
 * the list that chance picks, so that everybody is handed out equally often: O(peers given), except that a complete
 * client is given those that fetch only and the list is walked for them.
 *
 * <p>A client stays until it says that it stops, or for {@link #CLIENT_AGE_MAX} after its last word. When a swarm is full, a
 * newcomer takes the place of somebody whom chance picks, so that no flood of announces can shut a door for good.
 */
public final class OpenTable {
    /** What a client is told to wait. Peers come and go in minutes; libtorrent's and aria2's own default is half an hour. */
    public static final Duration INTERVAL = Duration.ofMinutes(5);

    /** The same while there is nobody to name: the origin may be starting. */
    public static final Duration INTERVAL_ALONE = Duration.ofSeconds(30);

    /** Two intervals and a minute: one announce may be lost. */
    public static final Duration CLIENT_AGE_MAX = INTERVAL.multipliedBy(2).plusMinutes(1);

    /** Clients in one swarm; beyond this an answer is no better. */
    public static final int CLIENTS_PER_SWARM_MAX = 5_000;

    /** Clients in all: about 60 MB. */
    public static final int CLIENTS_MAX = 200_000;

    private Map<InfoHash, Swarm> swarms = Map.of();
    private Map<Sha256, List<PeerAddress>> serving = Map.of();
    private Set<PeerAddress> agents = Set.of();
    private int clients;

    private static final class Swarm {
        final Sha256 pack;
        final Map<PeerAddress, Client> byAddress = new HashMap<>();
        final List<Client> v4 = new ArrayList<>();
        final List<Client> v6 = new ArrayList<>();
        int complete;
        long downloaded;

        Swarm(Sha256 pack) {
            this.pack = pack;
        }

        List<Client> family(boolean isV4) {
            return isV4 ? v4 : v6;
        }
    }

    private static final class Client {
        final PeerAddress address;
        final byte[] entry;
        boolean complete;
        Instant heard;
        int index;

        Client(PeerAddress address, Instant heard) {
            this.address = address;
            this.entry = CompactPeers.entry(address);
            this.heard = heard;
        }
    }

    /** Replaces which swarms are known: info-hashes of open siblings with the packs they carry. */
    public void know(Map<InfoHash, Sha256> open) {
        Map<InfoHash, Swarm> next = new HashMap<>();
        open.forEach((infoHash, pack) -> {
            Swarm swarm = swarms.get(infoHash);
            next.put(infoHash, swarm != null && swarm.pack.equals(pack) ? swarm : new Swarm(pack));
        });
        swarms = next;
        clients = next.values().stream().mapToInt(s -> s.byAddress.size()).sum();
    }

    /**
     * Replaces who of ours serves other clients.
     *
     * @param now sessions apart from the agents' own, by pack
     * @param agentAddresses where agents listen for each other; never handed out
     */
    public void serve(Map<Sha256, List<PeerAddress>> now, Set<PeerAddress> agentAddresses) {
        serving = Map.copyOf(now);
        agents = Set.copyOf(agentAddresses);
    }

    /** Answers an announce. */
    public Answer announce(Question question, Instant now, RandomGenerator random) {
        Swarm swarm = swarms.get(question.infoHash());
        if (swarm == null) {
            return new Answer.Refused("unknown info-hash: this tracker knows releases published for everybody only");
        }
        record(swarm, question, now, random);
        List<PeerAddress> ours = serving.getOrDefault(swarm.pack, List.of());
        CompactPeers v4 = peers(swarm, question, ours, true, random);
        CompactPeers v6 = peers(swarm, question, ours, false, random);
        return new Answer.Peers(
                v4.count() + v6.count() == 0 && question.wanted() > 0 ? INTERVAL_ALONE : INTERVAL,
                swarm.complete + ours.size(),
                swarm.byAddress.size() - swarm.complete,
                v4,
                v6);
    }

    private void record(Swarm swarm, Question question, Instant now, RandomGenerator random) {
        Client client = swarm.byAddress.get(question.client());
        if (question.event() == Question.Event.STOPPED) {
            if (client != null) {
                remove(swarm, client);
            }
            return;
        }
        if (client == null) {
            if (agents.contains(question.client())) {
                return;
            }
            client = admit(swarm, question.client(), now, random);
            if (client == null) {
                return;
            }
        }
        client.heard = now;
        boolean complete = question.left() == 0;
        if (complete != client.complete) {
            client.complete = complete;
            swarm.complete += complete ? 1 : -1;
        }
        if (question.event() == Question.Event.COMPLETED) {
            swarm.downloaded++;
        }
    }

    private @Nullable Client admit(Swarm swarm, PeerAddress address, Instant now, RandomGenerator random) {
        List<Client> family = swarm.family(address.ip().isV4());
        if (swarm.byAddress.size() >= CLIENTS_PER_SWARM_MAX || clients >= CLIENTS_MAX) {
            if (family.isEmpty()) {
                return null;
            }
            remove(swarm, family.get(random.nextInt(family.size())));
        }
        Client client = new Client(address, now);
        client.index = family.size();
        family.add(client);
        swarm.byAddress.put(address, client);
        clients++;
        return client;
    }

    private void remove(Swarm swarm, Client client) {
        List<Client> family = swarm.family(client.address.ip().isV4());
        Client last = family.removeLast();
        if (last != client) {
            family.set(client.index, last);
            last.index = client.index;
        }
        swarm.byAddress.remove(client.address);
        swarm.complete -= client.complete ? 1 : 0;
        clients--;
    }

    private static CompactPeers peers(
            Swarm swarm, Question question, List<PeerAddress> ours, boolean v4, RandomGenerator random) {
        List<Client> family = swarm.family(v4);
        CompactPeers peers = new CompactPeers(v4, Math.min(question.wanted(), family.size() + ours.size()));
        if (question.wanted() == 0 || question.event() == Question.Event.STOPPED) {
            return peers;
        }
        boolean seeding = question.left() == 0;
        for (PeerAddress address : ours) {
            if (!seeding && address.ip().isV4() == v4 && peers.count() < question.wanted()) {
                peers.add(CompactPeers.entry(address));
            }
        }
        int start = family.isEmpty() ? 0 : random.nextInt(family.size());
        for (int i = 0; i < family.size() && peers.count() < question.wanted(); i++) {
            Client client = family.get((start + i) % family.size());
            if (!(seeding && client.complete) && !client.address.equals(question.client())) {
                peers.add(client.entry);
            }
        }
        return peers;
    }

    /** Answers a scrape; empty for a swarm that is not known. */
    public Optional<SwarmCounts> scrape(InfoHash infoHash) {
        Swarm swarm = swarms.get(infoHash);
        if (swarm == null) {
            return Optional.empty();
        }
        int ours = serving.getOrDefault(swarm.pack, List.of()).size();
        return Optional.of(
                new SwarmCounts(swarm.complete + ours, swarm.byAddress.size() - swarm.complete, swarm.downloaded));
    }

    /** Forgets clients that were not heard for too long. */
    public void expire(Instant now) {
        Instant oldest = now.minus(CLIENT_AGE_MAX);
        for (Swarm swarm : swarms.values()) {
            List<Client> silent = swarm.byAddress.values().stream()
                    .filter(client -> client.heard.isBefore(oldest))
                    .toList();
            silent.forEach(client -> remove(swarm, client));
        }
    }

    public int clientCount() {
        return clients;
    }

    public int swarmCount() {
        return swarms.size();
    }
}
