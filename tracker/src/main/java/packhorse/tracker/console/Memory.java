package packhorse.tracker.console;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Denied;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EndpointWord;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementLine;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Entitlements;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LabelChoice;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.desired.Content;
import packhorse.tracker.desired.Entitlement;
import packhorse.tracker.desired.ReleasePattern;
import packhorse.tracker.desired.Roster;
import packhorse.tracker.desired.Ruling;
import packhorse.tracker.desired.Selector;
import packhorse.tracker.desired.Sheet;
import packhorse.tracker.desired.Stock;
import packhorse.tracker.desired.Target;
import packhorse.tracker.governance.StockTaking;

/**
 * What consoles said last, and the answers that follow from it with the catalogue.
 *
 * <p><b>Known and fresh.</b> An endpoint is known once a console spoke of it, and stays known when its session ends: what it may have
 * is what it might have then. Its desired state and inventory are told only while its word is fresh, that is, said in the session
 * that it has now: consoles speak only of whom a tracker names to them, so the word of one that was away may be an old one.
 *
 * <p>Answers cost O(items × releases these need) the first time after a change of the catalogue, and look-ups afterwards. Safe for any
 * thread; the lock is held for look-ups only.
 */
final class Memory {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

    /** Ten times what has a session at once; the one that was asked for longest ago is forgotten first. */
    private static final int WORDS_MAX = 200_000;

    private static final String UNKNOWN =
            "no console has said yet what this endpoint may have; ask again when this tracker is connected to one";

    private static final String NOT_ENTITLED =
            "; no order names it and no entitlement does: ask whoever runs the console for one";

    private record SitePack(String site, Sha256 pack) {}

    private final Supplier<Mirror.Contents> catalogue;
    private final Object lock = new Object();

    // All guarded by lock.
    private final Map<EndpointId, Word> words = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EndpointId, Word> eldest) {
            return size() > WORDS_MAX && !here.containsKey(eldest.getKey());
        }
    };
    private final Map<EndpointId, Optional<String>> here = new HashMap<>();
    private final Set<EndpointId> fresh = new HashSet<>();
    private final Map<String, Set<EndpointId>> members = new HashMap<>();
    private final Map<Subject, Set<Sha256>> packs = new HashMap<>();
    private final Map<SitePack, Boolean> carried = new HashMap<>();
    private Ruling ruling = Ruling.of(Sheet.NONE, Stock.EMPTY);
    private long entitlementRevision;
    private Mirror.@Nullable Contents seen;

    Memory(Supplier<Mirror.Contents> catalogue) {
        this.catalogue = catalogue;
        var unused = look();
    }

    /** Looks whether the catalogue says something else; true when it does. */
    boolean look() {
        Mirror.Contents now = catalogue.get();
        synchronized (lock) {
            if (now.equals(seen)) {
                return false;
            }
            seen = now;
            rule(ruling.sheet(), StockTaking.of(now));
            return true;
        }
    }

    private void rule(Sheet sheet, Stock stock) {
        ruling = Ruling.of(sheet, stock);
        packs.clear();
        carried.clear();
    }

    // ---- what agents do

    /** An endpoint is here, at that site. */
    void here(EndpointId endpoint, Optional<String> site) {
        synchronized (lock) {
            boolean was = here.containsKey(endpoint);
            Optional<String> before = here.getOrDefault(endpoint, Optional.empty());
            here.put(endpoint, site);
            if (!was || !site.equals(before)) {
                leave(endpoint, before);
                site.ifPresent(name -> {
                    members.computeIfAbsent(name, s -> new HashSet<>()).add(endpoint);
                    carried.keySet().removeIf(key -> key.site().equals(name));
                });
            }
        }
    }

    /** An endpoint is not here any more. */
    void gone(EndpointId endpoint) {
        synchronized (lock) {
            leave(endpoint, here.getOrDefault(endpoint, Optional.empty()));
            here.remove(endpoint);
            fresh.remove(endpoint);
        }
    }

    private void leave(EndpointId endpoint, Optional<String> site) {
        if (site.isPresent()) {
            String name = site.get();
            Set<EndpointId> there = members.get(name);
            if (there != null && there.remove(endpoint) && there.isEmpty()) {
                members.remove(name);
            }
            carried.keySet().removeIf(key -> key.site().equals(name));
        }
    }

    // ---- what consoles say

    /** Takes words; those that cannot be read are left out and said. Returns how many they were. */
    int take(List<EndpointWord> messages) {
        int malformed = 0;
        synchronized (lock) {
            for (EndpointWord message : messages) {
                EndpointId endpoint = id(message.getEndpoint());
                try {
                    Word word = Word.read(message);
                    Word before = words.get(endpoint);
                    words.put(endpoint, before == null ? word : word.after(before));
                    if (here.containsKey(endpoint)) {
                        fresh.add(endpoint);
                    }
                } catch (IllegalArgumentException e) {
                    malformed++;
                    LOG.error(
                            "what a console says of {} cannot be read and changes nothing: {}",
                            endpoint,
                            e.getMessage());
                }
            }
            carried.clear();
        }
        return malformed;
    }

    /**
     * Takes entitlements; returns whether they are in force now.
     *
     * @throws IllegalArgumentException saying what is wrong with them
     */
    boolean take(Entitlements message) {
        List<Entitlement> lines = new ArrayList<>();
        for (EntitlementLine line : message.getLinesList()) {
            lines.add(new Entitlement(
                    "line " + (lines.size() + 1), ReleasePattern.parse(line.getReleases()), selector(line)));
        }
        synchronized (lock) {
            if (message.getRevision() <= entitlementRevision) {
                return false;
            }
            entitlementRevision = message.getRevision();
            rule(new Sheet("the console", Instant.EPOCH, Roster.EMPTY, List.of(), lines, List.of()), ruling.stock());
            return true;
        }
    }

    private static Selector selector(EntitlementLine line) {
        Set<EndpointId> endpoints = new HashSet<>();
        line.getEndpointsList().forEach(bytes -> endpoints.add(id(bytes)));
        Map<String, Set<String>> labels = new HashMap<>();
        for (LabelChoice choice : line.getLabelsList()) {
            labels.put(choice.getKey(), Set.copyOf(choice.getValuesList()));
        }
        return new Selector(
                line.getAll(), endpoints, Set.copyOf(line.getSitesList()), Set.copyOf(line.getGroupsList()), labels);
    }

    static EndpointId id(ByteString bytes) {
        return EndpointId.ofBytes(bytes.toByteArray());
    }

    static ByteString bytes(EndpointId endpoint) {
        return ByteString.copyFrom(endpoint.bytes());
    }

    static void requireSame(EndpointId asked, ByteString answered) {
        if (!asked.equals(id(answered))) {
            throw new IllegalArgumentException("it answers for " + id(answered) + " what was asked for " + asked);
        }
    }

    // ---- answers

    /** The highest revision of a desired state that was said of it, 0 for none. */
    long revision(EndpointId endpoint) {
        synchronized (lock) {
            Word word = words.get(endpoint);
            return word == null ? 0 : word.desired().getRevision();
        }
    }

    boolean knows(EndpointId endpoint) {
        synchronized (lock) {
            return words.containsKey(endpoint);
        }
    }

    DesiredStateUpdate desiredOf(EndpointId endpoint) {
        synchronized (lock) {
            Word word = words.get(endpoint);
            return word == null || !fresh.contains(endpoint) ? DesiredStateUpdate.getDefaultInstance() : word.desired();
        }
    }

    Optional<InventoryNeeded> inventoryKnown(EndpointId endpoint) {
        synchronized (lock) {
            return Optional.ofNullable(words.get(endpoint))
                    .filter(word -> fresh.contains(endpoint))
                    .map(word -> InventoryNeeded.newBuilder()
                            .setHave(word.inventoryHave())
                            .build());
        }
    }

    boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack) {
        synchronized (lock) {
            Word word = words.get(endpoint);
            return word != null && mayHave(word, target(endpoint, site, word), pack);
        }
    }

    boolean siteMayHave(String site, Sha256 pack) {
        synchronized (lock) {
            return carried.computeIfAbsent(
                    new SitePack(site, pack),
                    key -> ruling.mayHave(Target.anybodyOf(site), pack)
                            || members.getOrDefault(site, Set.of()).stream()
                                    .anyMatch(member -> mayHave(member, Optional.of(site), pack)));
        }
    }

    EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question) {
        EntitlementAnswer.Builder answer = EntitlementAnswer.newBuilder().setNumber(question.getNumber());
        synchronized (lock) {
            Word word = words.get(endpoint);
            if (word == null) {
                question.getSubjectsList()
                        .forEach(subject -> answer.addDenied(
                                Denied.newBuilder().setSubject(subject).setReason(UNKNOWN)));
                return answer.build();
            }
            Target target = target(endpoint, site, word);
            if (question.getSubjectsCount() == 0) {
                for (ReleaseId release : everythingFor(word, target)) {
                    answer.addAllowed(StateCodec.write(new Subject(release, false, ruling.digest(release))));
                }
                return answer.build();
            }
            for (packhorse.core.message.v1.Subject asked : question.getSubjectsList()) {
                refusal(word, target, asked)
                        .ifPresentOrElse(
                                reason -> answer.addDenied(
                                        Denied.newBuilder().setSubject(asked).setReason(reason)),
                                () -> answer.addAllowed(asked));
            }
        }
        return answer.build();
    }

    private Optional<String> refusal(Word word, Target target, packhorse.core.message.v1.Subject asked) {
        try {
            return ruling.refusal(
                    StateCodec.read(asked),
                    pack -> mayHave(word, target, pack),
                    subject -> "this endpoint"
                            + target.site().map(name -> " (site " + name + ")").orElse(" (in no known site)")
                            + " is not entitled to " + subject + NOT_ENTITLED);
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Set<ReleaseId> everythingFor(Word word, Target target) {
        Set<ReleaseId> found = new LinkedHashSet<>(ruling.everythingFor(target));
        word.content().forEach(subject -> found.addAll(Content.releases(ruling.stock(), subject)));
        return found;
    }

    private static Target target(EndpointId endpoint, Optional<String> site, Word word) {
        return new Target(Optional.of(endpoint), site, word.groups(), word.labels());
    }

    private boolean mayHave(Word word, Target target, Sha256 pack) {
        for (Subject subject : word.content()) {
            if (packs.computeIfAbsent(subject, asked -> Content.packs(ruling.stock(), asked))
                    .contains(pack)) {
                return true;
            }
        }
        return ruling.mayHave(target, pack);
    }

    /** How many endpoints are known. */
    int size() {
        synchronized (lock) {
            return words.size();
        }
    }

    /** Of the catalogue that answers are held against. */
    long catalogueVersion() {
        synchronized (lock) {
            return ruling.stock().version();
        }
    }

    /** How many lines grant something. */
    int entitlements() {
        synchronized (lock) {
            return ruling.sheet().entitlements().size();
        }
    }
}
