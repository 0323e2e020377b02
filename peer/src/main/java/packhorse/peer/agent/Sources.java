package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.Reasons;
import packhorse.core.message.v1.SourceLine;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelCount;
import packhorse.peer.channel.ChannelRefusal;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.site.Books;
import packhorse.peer.site.Duty;
import packhorse.peer.site.Neighbour;

/**
 * Where each pack's bytes came from, and why not from nearer: what {@code packhorse why} answers.
 *
 * <p>Bytes are the channel's counts, added to what earlier starts of the agent counted. Reasons are sentences, written down when
 * the thing happened: an appointment to pull for the site, a rescue, a refused neighbour. Both stand in one small file for each
 * pack, replaced as a whole every {@code SAVE} while something changes and at the end, so the answer outlives a restart; a
 * crash costs the last seconds of it and never content. A pack that left the disk is forgotten: should it come again, its
 * history begins where the channel's count stands then.
 *
 * <p>Owns the histories. Only the owner thread enters.
 */
final class Sources {
    /** Sentences kept for a pack; the first say how it began and weigh more than the latest. */
    private static final int SENTENCES_MAX = 40;
    /** Sources told apart for a pack. */
    private static final int SOURCES_MAX = 500;

    /** What a crash may cost of the count; a small file and two flushes for each pack that moves. */
    private static final Duration SAVE = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    /** One source as it was known when it was last heard of. */
    private record Who(String kind, String text) {}

    private record Key(String agent, boolean wan) {}

    /** A pack's file. What is done to it happens elsewhere and in any order: what was overtaken is left out. */
    private static final class Kept {
        private final Path file;
        /** Only the owner. */
        private long asked;

        private final Object lock = new Object();
        /** Guarded by lock. */
        private long done;

        Kept(Path file) {
            this.file = file;
        }

        Runnable writing(byte[] bytes) {
            return inOrder(() -> write(file, bytes));
        }

        Runnable removing() {
            return inOrder(() -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    LOG.warn("{} cannot be removed: {}", file, e.getMessage());
                }
            });
        }

        private Runnable inOrder(Runnable deed) {
            asked++;
            long turn = asked;
            return () -> {
                synchronized (lock) {
                    if (turn > done) {
                        done = turn;
                        deed.run();
                    }
                }
            };
        }
    }

    private static final class History {
        final Kept kept;
        /** What the channel had counted before this history began in the same run. */
        final Map<EndpointId, ChannelCount> apart;

        final Map<Key, SourceLine> before = new LinkedHashMap<>();
        final Map<EndpointId, Who> who = new HashMap<>();
        /** What was said, by the words that make it another thing: the same is not said twice. */
        final Map<String, String> sentences = new LinkedHashMap<>();

        boolean changed;
        Map<EndpointId, ChannelCount> savedAt;

        History(Kept kept, Map<EndpointId, ChannelCount> apart) {
            this.kept = kept;
            this.apart = apart;
            this.savedAt = apart;
        }
    }

    private final Path directory;
    private final Ledger ledger;
    private final PeerChannel channel;
    private final Errands errands;
    private final InstantSource clock;
    private final String way;
    private final Map<Sha256, History> histories = new HashMap<>();
    private long saveNanos;

    /** @param way what stands between this machine and its trackers, one sentence; empty where nothing does */
    Sources(
            Path directory,
            Ledger ledger,
            PeerChannel channel,
            Errands errands,
            InstantSource clock,
            String way,
            long nowNanos) {
        this.directory = directory;
        this.ledger = ledger;
        this.channel = channel;
        this.errands = errands;
        this.clock = clock;
        this.way = way;
        this.saveNanos = nowNanos;
    }

    private History of(Sha256 pack) {
        return histories.computeIfAbsent(pack, this::read);
    }

    private History read(Sha256 pack) {
        Path file = directory.resolve(pack.hex());
        History history = new History(new Kept(file), Map.of());
        try {
            if (Files.exists(file)) {
                Reasons reasons = FrameCodec.decode(Files.readAllBytes(file))
                        .getLocalReply()
                        .getReasons();
                reasons.getSourcesList()
                        .forEach(line -> history.before.put(new Key(line.getAgentId(), line.getWan()), line));
                reasons.getBecauseList().forEach(sentence -> history.sentences.put(words(sentence), sentence));
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("where {} came from cannot be read: {}", pack, e.getMessage());
        }
        return history;
    }

    /** A sentence without its times: said again later it is the same. */
    private static String words(String sentence) {
        return sentence.replaceAll("\\d{4}-\\d\\d-\\d\\dT\\S+Z", "T");
    }

    private void say(Sha256 pack, String sentence) {
        History history = of(pack);
        if (history.sentences.size() < SENTENCES_MAX
                && history.sentences.putIfAbsent(words(sentence), sentence) == null) {
            history.changed = true;
        }
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** What this agent does in a pack's swarm from now on. */
    void duty(PackState state, Duty duty, String site) {
        History history = of(state.id());
        for (Neighbour neighbour : duty.neighbours()) {
            if (history.who.size() < SOURCES_MAX) {
                history.who.put(neighbour.id(), who(neighbour, site));
            }
        }
        if (!state.wants()) {
            return;
        }
        boolean near = duty.neighbours().stream().anyMatch(neighbour -> neighbour.connect() && !neighbour.wan());
        boolean puller = duty.role() == Duty.SiteRole.LEAD || duty.role() == Duty.SiteRole.SITE_PEER;
        if (site.isEmpty() && duty.role() != Duty.SiteRole.ORIGIN) {
            say(
                    state.id(),
                    "At " + now() + " the address of this machine was in no known site, so everything was outside; add"
                            + " its subnet to the site map.");
        } else if (puller && duty.shareCount() > 1) {
            say(
                    state.id(),
                    "From " + now() + " this machine was one of " + duty.shareCount() + " that pull for the site "
                            + site + " over the WAN, each its own pieces.");
        } else if (puller && !near) {
            say(
                    state.id(),
                    "From " + now() + " this machine pulled over the WAN for the site " + site
                            + ": nobody there had anything of it yet.");
        } else if (puller) {
            say(state.id(), "From " + now() + " this machine pulled over the WAN for the site " + site + ".");
        }
        boolean rescued = duty.rescued() && !state.told.map(Duty::rescued).orElse(false);
        if (rescued) {
            say(
                    state.id(),
                    "At " + now() + " it had stood still for 30 s while its site had nothing to give, and was handed a"
                            + " source outside.");
        }
        if (!duty.denied().isEmpty()) {
            say(state.id(), "At " + now() + " a tracker named nobody: " + duty.denied() + ".");
        }
    }

    private static Who who(Neighbour neighbour, String site) {
        String at = neighbour.addresses().isEmpty()
                ? neighbour.id().toString()
                : neighbour.addresses().getFirst().toString();
        if (neighbour.role() == Duty.SiteRole.ORIGIN) {
            return new Who("origin", "origin " + at);
        }
        if (neighbour.wan()) {
            return new Who(
                    "other-site",
                    neighbour.site().isEmpty() ? "outside the site: " + at : "site " + neighbour.site() + ": " + at);
        }
        boolean sitePeer = neighbour.role() == Duty.SiteRole.SITE_PEER;
        return new Who("site", (sitePeer ? "site peer " : "neighbour ") + at + (site.isEmpty() ? "" : " in " + site));
    }

    /** A peer took part in a bad piece. */
    void banned(PackState state, EndpointId peer) {
        say(
                state.id(),
                "At " + now() + " " + text(of(state.id()), peer) + " took part in a bad piece and was refused.");
    }

    private static String text(History history, EndpointId peer) {
        Who who = history.who.get(peer);
        return who == null ? peer.toString() : who.text();
    }

    /** Writes down what changed, every so often. */
    void tick(Iterable<PackState> packs, long nowNanos) {
        if (nowNanos - saveNanos < SAVE.toNanos()) {
            return;
        }
        saveNanos = nowNanos;
        refusals(packs);
        for (PackState state : packs) {
            prepare(state)
                    .ifPresent(bytes -> errands.quietly(
                            "keep where " + state.id() + " came from",
                            of(state.id()).kept.writing(bytes)));
        }
    }

    /** The same for the end: waits for the disk. */
    void saveAll(Iterable<PackState> packs) {
        refusals(packs);
        for (PackState state : packs) {
            prepare(state).ifPresent(bytes -> of(state.id()).kept.writing(bytes).run());
        }
    }

    private Optional<byte[]> prepare(PackState state) {
        History history = of(state.id());
        Map<EndpointId, ChannelCount> counts = ledger.of(state.id());
        boolean more = counts.entrySet().stream()
                .anyMatch(entry -> entry.getValue().in()
                        != history.savedAt
                                .getOrDefault(entry.getKey(), ChannelCount.ZERO)
                                .in());
        if (!more && !history.changed) {
            return Optional.empty();
        }
        history.changed = false;
        history.savedAt = counts;
        return Optional.of(FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setLocalReply(LocalReply.newBuilder().setReasons(reasons(state, history)))
                .build()));
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Path directory = file.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Durably.replace(file, bytes);
        } catch (IOException e) {
            LOG.warn("{} cannot be kept: {}", file, e.getMessage());
        }
    }

    /** Whom the channel could not meet although a tracker named it as near. */
    private void refusals(Iterable<PackState> packs) {
        List<ChannelRefusal> all = channel.refusals();
        for (PackState state : packs) {
            Set<EndpointId> near = new HashSet<>();
            Duties.neighbours(state).stream()
                    .filter(neighbour -> !neighbour.wan())
                    .forEach(neighbour -> near.add(neighbour.id()));
            for (ChannelRefusal refusal : all) {
                boolean about = refusal.pack().isEmpty() || refusal.pack().get().equals(state.id());
                if (about
                        && state.wants()
                        && refusal.peer().filter(near::contains).isPresent()) {
                    say(
                            state.id(),
                            "At " + refusal.last().truncatedTo(ChronoUnit.SECONDS) + " "
                                    + text(of(state.id()), refusal.peer().get()) + " was near and could not be used: "
                                    + refusal.line());
                }
            }
        }
    }

    /** Where a pack's bytes came from, and why not from nearer. */
    Reasons why(PackState state) {
        refusals(List.of(state));
        History history = of(state.id());
        Reasons.Builder reasons = reasons(state, history).toBuilder();
        long received = reasons.getSourcesList().stream()
                .mapToLong(SourceLine::getBytesIn)
                .sum();
        long disk = state.bytesHave() - received;
        if (disk > 0) {
            reasons.addSources(
                    0,
                    SourceLine.newBuilder()
                            .setSource("already on this disk")
                            .setKind("disk")
                            .setBytesIn(disk));
        }
        boolean wan = reasons.getSourcesList().stream().anyMatch(line -> line.getWan() && line.getBytesIn() > 0);
        if (!way.isEmpty()) {
            reasons.addBecause(way);
        }
        if (reasons.getBecauseCount() == 0) {
            reasons.addBecause(
                    received == 0
                            ? "No byte of it came from another machine."
                            : wan
                                    ? "A tracker named these sources; nothing nearer was refused or failed."
                                    : "All of it came from inside the site.");
        }
        return reasons.build();
    }

    /** Reads the channel's counts anew. */
    void count() {
        var unused = ledger.read();
    }

    /** What came of a pack by link since it began to come, over all starts of the agent; as last counted. */
    Books received(Sha256 pack) {
        return lines(pack, of(pack)).values().stream()
                .map(line ->
                        new Books(line.getWan() ? line.getBytesIn() : 0, 0, line.getWan() ? 0 : line.getBytesIn(), 0))
                .reduce(Books.ZERO, Books::plus);
    }

    private Map<Key, SourceLine> lines(Sha256 pack, History history) {
        Map<Key, SourceLine> lines = new LinkedHashMap<>(history.before);
        ledger.of(pack).forEach((peer, count) -> {
            ChannelCount apart = history.apart.getOrDefault(peer, ChannelCount.ZERO);
            add(lines, history, peer, true, count.wanIn() - apart.wanIn(), count.at());
            add(lines, history, peer, false, count.lanIn() - apart.lanIn(), count.at());
        });
        return lines;
    }

    private Reasons reasons(PackState state, History history) {
        List<SourceLine> sorted = new ArrayList<>(lines(state.id(), history).values());
        sorted.sort(Comparator.comparingLong(SourceLine::getBytesIn).reversed());
        return Reasons.newBuilder()
                .setRelease(state.manifest.id().toString())
                .addAllSources(sorted.subList(0, Math.min(sorted.size(), SOURCES_MAX)))
                .addAllBecause(history.sentences.values())
                .setBytes(state.pack.data().length())
                .setBytesHave(state.bytesHave())
                .build();
    }

    private static void add(
            Map<Key, SourceLine> lines,
            History history,
            EndpointId peer,
            boolean wan,
            long bytes,
            Optional<PeerAddress> at) {
        if (bytes <= 0) {
            return;
        }
        Key key = new Key(peer.toString(), wan);
        SourceLine before = lines.get(key);
        Who who = history.who.getOrDefault(
                peer,
                new Who(
                        wan ? "other-site" : "site",
                        (wan ? "outside the site: " : "neighbour ")
                                + at.map(PeerAddress::toString).orElse(peer.toString())));
        lines.put(
                key,
                SourceLine.newBuilder()
                        .setSource(who.text())
                        .setKind(who.kind())
                        .setWan(wan)
                        .setAgentId(peer.toString())
                        .setBytesIn(bytes + (before == null ? 0 : before.getBytesIn()))
                        .build());
    }

    /** A pack left the disk: should it come again, it begins its own history, for which the channel counts on. */
    void forget(Sha256 pack) {
        count();
        Kept kept = of(pack).kept;
        histories.put(pack, new History(kept, ledger.of(pack)));
        errands.quietly("forget where " + pack + " came from", kept.removing());
    }
}
