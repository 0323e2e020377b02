package packhorse.seeder.sign;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.trust.CatalogueKeys;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.KeyFile;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.Role;
import packhorse.core.trust.RoleKeys;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.core.trust.VerifyingKey;

/**
 * A directory of sealed keys, one file each: {@code root.key}, {@code targets.key}, {@code snapshot.key},
 * {@code timestamp.key}, or {@code targets-1.key}, {@code targets-2.key} … where a role has several. A fresh one also holds
 * {@code root.json}, which every machine is given to trust, and {@code repository}, the empty catalogue that an origin starts
 * from. Key holders take their files away; what is used finds what is there. The keys of one passphrase are sealed with one salt, so
 * that all of them are opened for the price of one; keys of different passphrases share none.
 */
public final class KeyDirectory {
    /** What machines are given to trust. */
    public static final String ROOT_JSON = "root.json";

    public static final String REPOSITORY = "repository";

    private static final String SUFFIX = ".key";

    private final Path directory;

    private KeyDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * How many keys a role has and how many must sign.
     *
     * @param keys at least 1
     * @param threshold from 1 to {@code keys}
     */
    public record Quorum(int keys, int threshold) {
        public static final Quorum ONE = new Quorum(1, 1);
        /** A role signed by more people than this is not signed in practice. */
        private static final int KEYS_MAX = 16;

        public Quorum {
            if (keys < 1 || keys > KEYS_MAX || threshold < 1 || threshold > keys) {
                throw new UsageException(threshold + " of " + keys
                        + " keys is not possible; write for example 2/3, at most " + KEYS_MAX + " keys");
            }
        }

        /** Reads {@code 2/3}, two of three, or {@code 1}. */
        public static Quorum parse(String text) {
            String[] parts = text.split("/", -1);
            try {
                return switch (parts.length) {
                    case 1 -> new Quorum(Integer.parseInt(parts[0]), Integer.parseInt(parts[0]));
                    case 2 -> new Quorum(Integer.parseInt(parts[1]), Integer.parseInt(parts[0]));
                    default -> throw new NumberFormatException(text);
                };
            } catch (NumberFormatException e) {
                throw new UsageException("\"" + text + "\" is not a number of signatures; write for example 2/3", e);
            }
        }
    }

    /**
     * Makes keys and an empty catalogue.
     *
     * @param offline seals root and targets keys
     * @param online seals snapshot and timestamp keys, which the origin opens by itself
     * @throws UsageException when the directory holds something already
     */
    public static KeyDirectory create(
            Path directory,
            Quorum root,
            Quorum targets,
            char[] offline,
            char[] online,
            SecureRandom random,
            Instant now) {
        try (StretchedPassphrase first = new StretchedPassphrase(offline);
                StretchedPassphrase other = new StretchedPassphrase(online)) {
            StretchedPassphrase second = Arrays.equals(offline, online) ? first : other;
            return create(directory, root, targets, first, second, random, now);
        }
    }

    /**
     * The same with passphrases that may seal other things too.
     *
     * @param online may be {@code offline}; then all are opened for the price of one
     */
    public static KeyDirectory create(
            Path directory,
            Quorum root,
            Quorum targets,
            StretchedPassphrase offline,
            StretchedPassphrase online,
            SecureRandom random,
            Instant now) {
        try {
            if (Files.exists(directory) && !isEmpty(directory)) {
                throw new UsageException(
                        directory + " is not empty, and keys are never overwritten; name a new directory");
            }
            Path parent = directory.toAbsolutePath().getParent();
            if (parent == null) {
                throw new UsageException(directory + " is not a place for keys; name a new directory");
            }
            Files.createDirectories(parent);
            // Made beside and moved into place, so that a crash leaves no half set of keys under the name.
            Path nascent = Files.createTempDirectory(
                    parent,
                    "." + directory.toAbsolutePath().getFileName() + "-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            CatalogueKeys keys = writeKeys(nascent, root, targets, offline, online, random);
            try (CatalogueWriter writer =
                    CatalogueWriter.create(nascent.resolve(REPOSITORY), keys, Lifetimes.DEFAULT, now)) {
                Files.write(nascent.resolve(ROOT_JSON), writer.root());
            }
            Files.deleteIfExists(directory);
            Files.move(nascent, directory);
            return new KeyDirectory(directory);
        } catch (IOException e) {
            throw new OperationException(
                    "cannot make keys in " + directory + ": " + e.getMessage() + "; check space and permissions", e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            return !children.iterator().hasNext();
        }
    }

    private static CatalogueKeys writeKeys(
            Path directory,
            Quorum root,
            Quorum targets,
            StretchedPassphrase offline,
            StretchedPassphrase online,
            SecureRandom random) {
        return new CatalogueKeys(
                write(directory, Role.ROOT, root, offline, random),
                write(directory, Role.TARGETS, targets, offline, random),
                write(directory, Role.SNAPSHOT, Quorum.ONE, online, random),
                write(directory, Role.TIMESTAMP, Quorum.ONE, online, random));
    }

    private static RoleKeys write(
            Path directory, Role role, Quorum quorum, StretchedPassphrase passphrase, SecureRandom random) {
        List<SigningKey> keys = IntStream.range(0, quorum.keys())
                .mapToObj(i -> SigningKey.generate(random))
                .toList();
        for (int i = 0; i < keys.size(); i++) {
            String number = keys.size() == 1 ? "" : "-" + (i + 1);
            KeyFile.write(directory.resolve(role.word() + number + SUFFIX), keys.get(i), passphrase, random);
        }
        return new RoleKeys(keys, quorum.threshold());
    }

    /** @throws UsageException when there is no such directory */
    public static KeyDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new UsageException(
                    directory + " is no directory of keys; make one with `packhorse keys new " + directory + "`");
        }
        return new KeyDirectory(directory);
    }

    public Path path() {
        return directory;
    }

    /** The metadata that machines are given to trust. */
    public byte[] rootJson() {
        try {
            return Files.readAllBytes(directory.resolve(ROOT_JSON));
        } catch (NoSuchFileException e) {
            throw new UsageException(
                    directory.resolve(ROOT_JSON) + " is missing; copy it from where the keys were made", e);
        } catch (IOException e) {
            throw new OperationException("cannot read " + directory.resolve(ROOT_JSON) + ": " + e.getMessage(), e);
        }
    }

    /** The empty catalogue that came with the keys, if it is still here. */
    public Optional<Path> repository() {
        Path repository = directory.resolve(REPOSITORY);
        return Files.isDirectory(repository) ? Optional.of(repository) : Optional.empty();
    }

    /** The public halves of what is here, by role and file. */
    public Map<Role, Map<Path, VerifyingKey>> publicKeys() {
        Map<Role, Map<Path, VerifyingKey>> found = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            Map<Path, VerifyingKey> keys = new java.util.TreeMap<>();
            files(role).forEach(file -> keys.put(file, KeyFile.readPublic(file)));
            found.put(role, keys);
        }
        return found;
    }

    /**
     * Opens all keys of {@code role} that are here.
     *
     * @param passphrase stretched once for all the keys that were made together, of whatever role and in whatever call
     * @throws UsageException when there is none, or the passphrase is wrong
     */
    public List<SigningKey> keys(Role role, StretchedPassphrase passphrase) {
        List<Path> files = files(role);
        if (files.isEmpty()) {
            throw new UsageException(
                    "there is no " + role.word() + SUFFIX + " in " + directory + "; name the directory that holds it");
        }
        List<SigningKey> keys = new ArrayList<>();
        files.forEach(file -> keys.add(KeyFile.read(file, passphrase)));
        return keys;
    }

    /** Opens the keys that sign without a person. */
    public OnlineKeys online(StretchedPassphrase passphrase) {
        return new OnlineKeys(keys(Role.SNAPSHOT, passphrase), keys(Role.TIMESTAMP, passphrase));
    }

    private List<Path> files(Role role) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(
                directory, path -> String.valueOf(path.getFileName()).matches(role.word() + "(-[0-9]+)?\\.key"))) {
            children.forEach(found::add);
        } catch (IOException e) {
            throw new OperationException("cannot list " + directory + ": " + e.getMessage(), e);
        }
        found.sort(null);
        return found;
    }
}
