package packhorse.core.trust;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import packhorse.core.trust.Metadata.MetaFile;
import packhorse.core.trust.TrustException.Kind;

/**
 * One run of the client workflow of the TUF specification 1.0.34, section 5, against one source.
 *
 * <p>The problem: a source that may lie in every way must not make a client install what the key holders did not publish,
 * install something older, or believe for long that nothing is newer. The workflow: from the root that is already trusted,
 * walk to the newest root (5.3); let it say whose timestamp counts (5.4), the timestamp which snapshot (5.5), the snapshot
 * which targets file (5.6); at each step check length and digest against what the step before signed, a threshold of
 * signatures, that no version goes back, and the time; and write the file to the disk before the next step uses it. Steps are
 * cited by number below.
 *
 * <p>Where the specification leaves a choice: a snapshot or targets file that we hold and that still verifies is not fetched
 * again; a held file that no longer verifies counts as absent; held keys dropped by a crash in the middle of 5.3.11 are found
 * again, because every root is kept and the note of the last one followed is written last. Cost: two fetches when nothing
 * changed (the next root, which is missing, and the timestamp), and one Ed25519 check per signature.
 */
final class TufUpdate {
    /** Roots walked in one run: more than a century of yearly ceremonies, and a bound on what a source can make us do. */
    static final int ROOTS_PER_RUN_MAX = 256;
    /** A clock may be set back this far, as an honest correction; more hides expiry. */
    static final Duration CLOCK_BACK_MAX = Duration.ofDays(1);
    /** The time of the last refresh is noted at most this often, to spare the disk of a fleet that polls by the minute. */
    static final Duration NOTE_EVERY = Duration.ofHours(1);

    private final MetadataSource source;
    private final TrustedStore store;
    /** 5.1: one time for the whole run. */
    private final Instant start;

    TufUpdate(MetadataSource source, TrustedStore store, Instant start) {
        this.source = source;
        this.store = store;
        this.start = start;
    }

    /** Runs the workflow; afterwards the store holds what the catalogue says. */
    Catalogue run() {
        TrustedStore.State state = store.state();
        requireClockForward(state);
        RootMetadata root = walkRoots(trustedRoot(store));
        requireUnexpired(root, Role.ROOT.path(root.version())); // 5.3.10
        forgetWhatRotatedKeysSigned(root, state); // 5.3.11
        TimestampMetadata timestamp = timestamp(root);
        SnapshotMetadata snapshot = snapshot(root, timestamp);
        Trusted<TargetsMetadata> targets = targets(root, snapshot);
        note(root, state);
        return new Catalogue(root, timestamp, snapshot, targets.value(), targets.envelope());
    }

    /** What the store holds, checked against its root; nothing is fetched and nothing is asked of the clock. */
    static Optional<Catalogue> held(TrustedStore store) {
        RootMetadata root = trustedRoot(store);
        Optional<Trusted<TimestampMetadata>> timestamp = held(store, root, Role.TIMESTAMP, TimestampMetadata::read);
        Optional<Trusted<SnapshotMetadata>> snapshot = held(store, root, Role.SNAPSHOT, SnapshotMetadata::read);
        Optional<Trusted<TargetsMetadata>> targets = held(store, root, Role.TARGETS, TargetsMetadata::read);
        if (timestamp.isEmpty() || snapshot.isEmpty() || targets.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Catalogue(
                root,
                timestamp.get().value(),
                snapshot.get().value(),
                targets.get().value(),
                targets.get().envelope()));
    }

    /** 5.2: the root this client was given, or came to trust since. */
    static RootMetadata trustedRoot(TrustedStore store) {
        long version = store.rootVersion()
                .orElseThrow(() -> new TrustException(
                        Kind.MISSING,
                        store.directory() + " trusts no root yet; give the deployment's root.json as trustedRoot"));
        Envelope envelope = Envelope.parse(
                store.root(version).orElseThrow(),
                store.directory().resolve(version + ".root.json").toString());
        RootMetadata root = RootMetadata.read(envelope);
        envelope.requireSigned(root.keySet(Role.ROOT), "the root's own keys");
        return root;
    }

    /** 5.3.2 to 5.3.9: one root after the other, each signed by the one before it and by itself. */
    private RootMetadata walkRoots(RootMetadata trusted) {
        RootMetadata root = trusted;
        for (int step = 0; step < ROOTS_PER_RUN_MAX; step++) {
            long next = root.version() + 1; // 5.3.2
            Optional<byte[]> bytes = fetch(Role.ROOT.path(next), Role.ROOT.lengthMaxBytes()); // 5.3.3
            if (bytes.isEmpty()) {
                return root;
            }
            Envelope envelope = Envelope.parse(bytes.get(), Role.ROOT.path(next));
            envelope.requireSigned(root.keySet(Role.ROOT), "root version " + root.version()); // 5.3.4
            RootMetadata candidate = RootMetadata.read(envelope);
            envelope.requireSigned(candidate.keySet(Role.ROOT), "its own root keys"); // 5.3.4
            if (candidate.version() != next) { // 5.3.5
                throw new TrustException(
                        candidate.version() < next ? Kind.ROLLBACK : Kind.WRONG_VERSION,
                        Role.ROOT.path(next) + " holds version " + candidate.version() + " instead of " + next
                                + "; take another source");
            }
            // 5.3.6: the new root's expiry does not matter yet. 5.3.7, 5.3.8:
            store.putRoot(next, envelope.bytes());
            root = candidate;
        }
        return root;
    }

    /** 5.3.11, for every root since the last one whose rotations were followed; ends fast-forward attacks. */
    private void forgetWhatRotatedKeysSigned(RootMetadata root, TrustedStore.State state) {
        if (state.rootVersion() == root.version()) {
            return;
        }
        RootMetadata before = root;
        for (long version = root.version() - 1; version >= Math.max(1, state.rootVersion()); version--) {
            Optional<byte[]> bytes = store.root(version);
            if (bytes.isEmpty()) {
                break;
            }
            RootMetadata older = RootMetadata.read(Envelope.parse(bytes.get(), Role.ROOT.path(version)));
            if (before.keySet(Role.TIMESTAMP).rotatedFrom(older.keySet(Role.TIMESTAMP))
                    || before.keySet(Role.SNAPSHOT).rotatedFrom(older.keySet(Role.SNAPSHOT))) {
                store.drop(Role.SNAPSHOT);
                store.drop(Role.TIMESTAMP);
                break;
            }
            before = older;
        }
        store.putState(new TrustedStore.State(root.version(), state.refreshed()));
    }

    /** 5.4: what is newest. */
    private TimestampMetadata timestamp(RootMetadata root) {
        String path = Role.TIMESTAMP.path(0);
        Optional<TimestampMetadata> held =
                held(store, root, Role.TIMESTAMP, TimestampMetadata::read).map(Trusted::value);
        Envelope envelope = Envelope.parse(require(path, Role.TIMESTAMP.lengthMaxBytes()), path); // 5.4.1
        envelope.requireSigned(root.keySet(Role.TIMESTAMP), "the timestamp role"); // 5.4.2
        TimestampMetadata fresh = TimestampMetadata.read(envelope);
        if (held.isPresent()) {
            TimestampMetadata old = held.get();
            requireNotOlder(path, old.version(), fresh.version()); // 5.4.3.1
            if (fresh.version() == old.version()) { // 5.4.3.1: nothing new; what we hold stays
                requireStillValid(old);
                return old;
            }
            requireNotOlder( // 5.4.3.2
                    path + " (snapshot)",
                    old.snapshot().version(),
                    fresh.snapshot().version());
        }
        requireUnexpired(fresh, path); // 5.4.4
        store.put(Role.TIMESTAMP, envelope.bytes()); // 5.4.5
        return fresh;
    }

    /** 5.5: which files belong together. */
    private SnapshotMetadata snapshot(RootMetadata root, TimestampMetadata timestamp) {
        MetaFile listed = timestamp.snapshot();
        String path = metadataPath(root, Role.SNAPSHOT, listed.version());
        Optional<Trusted<SnapshotMetadata>> held = held(store, root, Role.SNAPSHOT, SnapshotMetadata::read);
        if (held.isPresent() && held.get().is(listed)) {
            requireUnexpired(held.get().value(), path); // 5.5.6
            return held.get().value();
        }
        Envelope envelope = Envelope.parse(listedFile(path, Role.SNAPSHOT, listed), path); // 5.5.1, 5.5.2
        envelope.requireSigned(root.keySet(Role.SNAPSHOT), "the snapshot role"); // 5.5.3
        SnapshotMetadata fresh = SnapshotMetadata.read(envelope);
        requireListedVersion(path, listed, fresh, "the timestamp"); // 5.5.4
        held.ifPresent(old -> requireNothingLost(path, old.value(), fresh)); // 5.5.5
        requireUnexpired(fresh, path); // 5.5.6
        store.put(Role.SNAPSHOT, envelope.bytes()); // 5.5.7
        return fresh;
    }

    /** 5.6: what there is. */
    private Trusted<TargetsMetadata> targets(RootMetadata root, SnapshotMetadata snapshot) {
        MetaFile listed = snapshot.targets();
        String path = metadataPath(root, Role.TARGETS, listed.version());
        Optional<Trusted<TargetsMetadata>> held = held(store, root, Role.TARGETS, TargetsMetadata::read);
        if (held.isPresent() && held.get().is(listed)) {
            requireUnexpired(held.get().value(), path); // 5.6.5
            return held.get();
        }
        Envelope envelope = Envelope.parse(listedFile(path, Role.TARGETS, listed), path); // 5.6.1, 5.6.2
        envelope.requireSigned(root.keySet(Role.TARGETS), "the targets role"); // 5.6.3
        TargetsMetadata fresh = TargetsMetadata.read(envelope);
        requireListedVersion(path, listed, fresh, "the snapshot"); // 5.6.4
        requireUnexpired(fresh, path); // 5.6.5
        store.put(Role.TARGETS, envelope.bytes()); // 5.6.6
        return new Trusted<>(fresh, envelope);
    }

    /** The bytes of a file, which the file before it describes. */
    private byte[] listedFile(String path, Role role, MetaFile listed) {
        long lengthMax = Math.min(role.lengthMaxBytes(), listed.length().orElse(Long.MAX_VALUE));
        byte[] bytes = require(path, lengthMax);
        if (!listed.describes(bytes)) {
            throw new TrustException(
                    Kind.MIX_AND_MATCH,
                    path + " is not the file that was signed for version " + listed.version()
                            + ": its length or digest differs; take another source");
        }
        return bytes;
    }

    private static void requireListedVersion(String path, MetaFile listed, Metadata found, String by) {
        if (found.version() != listed.version()) {
            throw new TrustException(
                    Kind.MIX_AND_MATCH,
                    path + " holds version " + found.version() + ", " + by + " names " + listed.version()
                            + "; take another source");
        }
    }

    /** Every file once listed stays, and none goes back. */
    private static void requireNothingLost(String path, SnapshotMetadata old, SnapshotMetadata fresh) {
        for (Map.Entry<String, MetaFile> file : old.meta().entrySet()) {
            MetaFile now = fresh.meta().get(file.getKey());
            if (now == null) {
                throw new TrustException(
                        Kind.ROLLBACK,
                        path + " no longer lists " + file.getKey() + ", which version " + old.version()
                                + " did; take another source");
            }
            requireNotOlder(path + " (" + file.getKey() + ")", file.getValue().version(), now.version());
        }
    }

    private static void requireNotOlder(String path, long trusted, long offered) {
        if (offered < trusted) {
            throw new TrustException(
                    Kind.ROLLBACK,
                    path + " is version " + offered + ", older than version " + trusted
                            + ", which was already trusted; the source is stale or lies, take another");
        }
    }

    private void requireUnexpired(Metadata metadata, String path) {
        if (!start.isBefore(metadata.expires())) {
            throw new TrustException(
                    Kind.EXPIRED,
                    path + " (version " + metadata.version() + ") expired at " + metadata.expires() + ", it is now "
                            + shown(start) + "; " + mend(metadata.role()));
        }
    }

    private void requireStillValid(TimestampMetadata held) {
        if (!start.isBefore(held.expires())) {
            throw new TrustException(
                    Kind.FREEZE,
                    Role.TIMESTAMP.path(0) + " is still version " + held.version() + ", which expired at "
                            + held.expires() + ", it is now " + shown(start)
                            + "; the source is frozen or its origin stopped signing: take another or start the origin");
        }
    }

    private static String mend(Role role) {
        return switch (role) {
            case ROOT, TARGETS -> "a " + role.word() + " key holder has to sign it anew";
            case SNAPSHOT, TIMESTAMP -> "start the origin, which signs it anew, or set this machine's clock right";
        };
    }

    private void requireClockForward(TrustedStore.State state) {
        if (!state.equals(TrustedStore.State.NONE)
                && state.refreshed().isAfter(Instant.EPOCH)
                && start.isBefore(state.refreshed().minus(CLOCK_BACK_MAX))) {
            throw new TrustException(
                    Kind.CLOCK,
                    "this machine's clock says " + shown(start) + ", but the catalogue was refreshed at "
                            + shown(state.refreshed()) + " already; set the clock right");
        }
    }

    private void note(RootMetadata root, TrustedStore.State state) {
        boolean due = state.refreshed().equals(TrustedStore.State.NONE.refreshed())
                || !start.isBefore(state.refreshed().plus(NOTE_EVERY));
        if (due) {
            store.putState(new TrustedStore.State(root.version(), start));
        }
    }

    private byte[] require(String path, long lengthMax) {
        return fetch(path, lengthMax)
                .orElseThrow(() -> new TrustException(
                        Kind.MISSING, path + " is not at " + source + "; the source is no repository, or is damaged"));
    }

    private Optional<byte[]> fetch(String path, long lengthMax) {
        return fetch(source, path, lengthMax);
    }

    /** Asks {@code source}, and does not believe that it kept to the length. */
    static Optional<byte[]> fetch(MetadataSource source, String path, long lengthMax) {
        try {
            Optional<byte[]> bytes = source.fetch(path, lengthMax);
            if (bytes.isPresent() && bytes.get().length > lengthMax) {
                throw TrustException.tooLong(path, lengthMax);
            }
            return bytes;
        } catch (IOException e) {
            throw new TrustException(
                    Kind.UNREACHABLE, path + " cannot be fetched: " + e.getMessage() + "; check the source", e);
        }
    }

    /** With consistent snapshots the version is part of the name (6.2). */
    private static String metadataPath(RootMetadata root, Role role, long version) {
        return root.consistentSnapshot() ? role.path(version) : "metadata/" + role.fileName();
    }

    /** A file whose signatures were checked. */
    private record Trusted<T extends Metadata>(T value, Envelope envelope) {
        boolean is(MetaFile listed) {
            return value.version() == listed.version() && listed.describes(envelope.bytes());
        }
    }

    /** What the store holds for {@code role}, if the current root's keys still vouch for it. */
    private static <T extends Metadata> Optional<Trusted<T>> held(
            TrustedStore store, RootMetadata root, Role role, Function<Envelope, T> reader) {
        try {
            return store.get(role).map(bytes -> {
                Envelope envelope = Envelope.parse(
                        bytes, store.directory().resolve(role.fileName()).toString());
                envelope.requireSigned(root.keySet(role), "the " + role.word() + " role");
                return new Trusted<>(reader.apply(envelope), envelope);
            });
        } catch (TrustException e) {
            return Optional.empty();
        }
    }

    private static String shown(Instant time) {
        return DateTimeFormatter.ISO_INSTANT.format(
                time.atOffset(ZoneOffset.UTC).withNano(0));
    }
}
