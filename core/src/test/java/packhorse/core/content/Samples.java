package packhorse.core.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import packhorse.core.testing.Cases;

/** Generates valid values of this package, from seeds. */
final class Samples {
    private Samples() {}

    /** Reproducible content that every language makes in one line: byte i is (31·i + i/251) mod 256. */
    static byte[] content(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    static ContentHashes hashes(byte[] content) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        return hasher.finish();
    }

    static Sha256 sha256(RandomGenerator random) {
        return Sha256.ofDigest(Cases.bytes(random, 32));
    }

    static BlobRef blob(RandomGenerator random) {
        return new BlobRef(sha256(random), random.nextLong(1, 1L << 40));
    }

    static String word(RandomGenerator random, int lengthMax) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(1, lengthMax + 1); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    /** One path element of all kinds of letters, some beyond the basic plane. */
    static String element(RandomGenerator random) {
        StringBuilder name = new StringBuilder("f");
        for (int i = random.nextInt(10); i > 0; i--) {
            name.append(
                    switch (random.nextInt(6)) {
                        case 0 -> "ä";
                        case 1 -> "語";
                        case 2 -> "😀";
                        case 3 -> "\"";
                        case 4 -> " ";
                        default -> word(random, 3);
                    });
        }
        return name.toString();
    }

    static Version version(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        if (random.nextInt(4) == 0) {
            text.append(random.nextInt(3)).append(':');
        }
        text.append(random.nextInt(12));
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(".+~-ab0".charAt(random.nextInt(7))).append(random.nextInt(12));
        }
        return Version.parse(text.toString());
    }

    static VersionRange range(RandomGenerator random) {
        Version a = version(random);
        Version b = version(random);
        return switch (random.nextInt(4)) {
            case 0 -> VersionRange.ALL;
            case 1 -> new VersionRange(a, random.nextBoolean(), null, false);
            case 2 -> new VersionRange(null, false, a, random.nextBoolean());
            default ->
                a.compareTo(b) < 0
                        ? new VersionRange(a, random.nextBoolean(), b, random.nextBoolean())
                        : new VersionRange(a, true, a, true);
        };
    }

    static ReleaseName name(RandomGenerator random) {
        return new ReleaseName(word(random, 8), word(random, 12));
    }

    static ReleaseId id(RandomGenerator random) {
        return new ReleaseId(
                name(random),
                version(random),
                random.nextBoolean() ? Platform.ANY : new Platform("linux-" + word(random, 5)));
    }

    static Manifest manifest(RandomGenerator random) {
        BlobRef content = blob(random);
        Pack pack = new Pack(
                content,
                PieceLength.forContent(content.length()),
                InfoHash.ofDigest(Cases.bytes(random, 20)),
                sha256(random),
                sha256(random),
                blob(random),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new Pack.OpenSwarm(InfoHash.ofDigest(Cases.bytes(random, 20)), blob(random))));
        List<Dependency> dependencies = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            dependencies.add(new Dependency(name(random), range(random)));
        }
        return new Manifest(
                id(random),
                random.nextBoolean() ? Kind.PACKAGE : Kind.IMAGE,
                random.nextBoolean() ? Manifest.Form.FILE : Manifest.Form.TREE,
                element(random),
                content,
                blob(random),
                random.nextLong(1, 1_000_000),
                List.of(pack),
                dependencies);
    }

    static Bundle bundle(RandomGenerator random) {
        List<Bundle.Member> members = new ArrayList<>();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            ReleaseId id = id(random);
            if (members.stream().noneMatch(member -> member.release().equals(id))) {
                members.add(new Bundle.Member(id, sha256(random)));
            }
        }
        return new Bundle(name(random), version(random), members);
    }

    static FileEntry entry(RandomGenerator random, String path) {
        int mode = random.nextInt(07777 + 1);
        FileEntry.Owner owner = new FileEntry.Owner(random.nextInt(3) * 500, random.nextInt(Integer.MAX_VALUE));
        return switch (random.nextInt(3)) {
            case 0 -> new FileEntry.Directory(path, mode, owner);
            case 1 -> new FileEntry.Link(path, mode, owner, element(random));
            default -> new FileEntry.File(path, mode, owner, random.nextLong(Long.MAX_VALUE), sha256(random));
        };
    }
}
