package packhorse.core.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.topology.EndpointId;

/**
 * The deny-list of a machine that is no authority: the latest that a tracker told it, also after a restart where it is kept in a file,
 * so that losing every tracker lets nobody back in. Until it was told anything, nobody is denied; a revision that is not newer changes
 * nothing, so that two trackers may both tell. Safe for any thread.
 */
public final class ToldDenials implements DenyList {
    /** @param serials empty where whoever told knows endpoints only: an older tracker, or a session's deny-list */
    private record Told(long revision, Set<EndpointId> endpoints, Optional<Set<BigInteger>> serials) {
        static final Told NOTHING = new Told(0, Set.of(), Optional.empty());

        /** Whether {@code next} is to be believed instead: it is newer, or says of the same revision what was not said. */
        boolean yieldsTo(Told next) {
            return revision < next.revision
                    || (revision == next.revision && serials.isEmpty() && next.serials.isPresent());
        }
    }

    /** Serials travel in hexadecimal, as {@code packhorse ca list} shows them. */
    private static final int RADIX = 16;

    /** Enough to tell deployments apart that one directory may have seen. */
    private static final int DEPLOYMENT_DIGITS = 16;

    private final Optional<Path> kept;
    private final AtomicReference<Told> latest;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private ToldDenials(Optional<Path> kept, Told first) {
        this.kept = kept;
        this.latest = new AtomicReference<>(first);
    }

    /** A list that is forgotten with the process. */
    public ToldDenials() {
        this(Optional.empty(), Told.NOTHING);
    }

    /**
     * The list that was told to {@code self} before, remembered in {@code directory} for its deployment: a machine that joined
     * another one since has nothing to remember, and the other's revisions begin anew.
     *
     * @throws UsageException when the file is damaged
     */
    public static ToldDenials keptIn(Path directory, MachineIdentity self) {
        String deployment = JoinToken.pin(self.root()).hex().substring(0, DEPLOYMENT_DIGITS);
        return keptIn(directory.resolve("denied-" + deployment + ".json"));
    }

    static ToldDenials keptIn(Path file) {
        try {
            return new ToldDenials(Optional.of(file), decode(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return new ToldDenials(Optional.of(file), Told.NOTHING);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(
                    file + " is damaged: " + e.getMessage()
                            + "; remove it while a tracker that knows who is denied runs, it is asked again",
                    e);
        }
    }

    /** How {@code list} travels and is kept: its revision, every endpoint and every single certificate that is denied. */
    public static byte[] encode(DenyList list) {
        // The revision first: a denial that comes in between is told under the old one, and again under the next.
        long revision = list.revision();
        return encode(new Told(revision, list.endpoints(), Optional.of(list.serials())));
    }

    private static byte[] encode(Told told) {
        Map<String, Json> fields = new HashMap<>();
        fields.put("endpoints", strings(told.endpoints().stream().map(EndpointId::toString)));
        fields.put("revision", new JsonInteger(told.revision()));
        told.serials()
                .ifPresent(serials ->
                        fields.put("serials", strings(serials.stream().map(serial -> serial.toString(RADIX)))));
        return CanonicalJson.encode(JsonObject.of(fields));
    }

    private static Json strings(Stream<String> words) {
        return new JsonArray(words.sorted().<Json>map(JsonString::new).toList());
    }

    private static Told decode(byte[] bytes) {
        JsonFields fields =
                JsonFields.of(JsonReader.parse(bytes), "the deny-list").ignoreUnknown();
        return new Told(
                fields.integer("revision"),
                fields.strings("endpoints").stream().map(EndpointId::parse).collect(Collectors.toUnmodifiableSet()),
                fields.has("serials")
                        ? Optional.of(fields.strings("serials").stream()
                                .map(serial -> new BigInteger(serial, RADIX))
                                .collect(Collectors.toUnmodifiableSet()))
                        : Optional.empty());
    }

    /**
     * Takes what {@link #encode(DenyList)} wrote elsewhere.
     *
     * @return whether it was news
     * @throws IllegalArgumentException when it is something else
     */
    public boolean tell(byte[] encoded) {
        return tell(decode(encoded));
    }

    /**
     * Takes what a tracker told of endpoints; when it is news it acts at once, is kept, and listeners are called on this thread.
     *
     * @return whether it was news
     */
    public boolean tell(long revision, Set<EndpointId> endpoints) {
        return tell(new Told(revision, Set.copyOf(endpoints), Optional.empty()));
    }

    /** As above, of single certificates too. */
    public boolean tell(long revision, Set<EndpointId> endpoints, Set<BigInteger> serials) {
        return tell(new Told(revision, Set.copyOf(endpoints), Optional.of(Set.copyOf(serials))));
    }

    private boolean tell(Told next) {
        Told before = latest.getAndUpdate(told -> told.yieldsTo(next) ? next : told);
        boolean news = before.yieldsTo(next);
        if (news) {
            listeners.forEach(Runnable::run);
            kept.ifPresent(file -> new DurableFiles().replace(file, encode(latest.get())));
        }
        return news;
    }

    @Override
    public boolean denied(EndpointId id, BigInteger serial) {
        Told now = latest.get();
        return now.endpoints().contains(id)
                || (now.serials().isPresent() && now.serials().get().contains(serial));
    }

    @Override
    public Set<BigInteger> serials() {
        return latest.get().serials().orElse(Set.of());
    }

    @Override
    public Set<EndpointId> endpoints() {
        return latest.get().endpoints();
    }

    @Override
    public long revision() {
        return latest.get().revision();
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
