package packhorse.core.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.InstallSection.Phase;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.testing.Cases;

class InstallCodecTest {
    private static final InstallSection RECORDED = new InstallSection(
            "archive",
            JsonObject.of(Map.of(
                    "into",
                    new JsonString("/opt/acme/editor"),
                    "limits",
                    JsonObject.of(Map.of("entries", new JsonInteger(5000))))),
            Map.of(
                    HookMoment.PRE,
                    new Hook(
                            List.of("hooks/stop.sh", "--now"),
                            Optional.of(List.of("hooks/start.sh")),
                            true,
                            Duration.ofSeconds(60),
                            new TreeMap<>(Map.of("LANG", "C", "MODE", "quiet")),
                            false),
                    HookMoment.HEALTH,
                    new Hook(
                            List.of("hooks/health.sh"),
                            Optional.empty(),
                            false,
                            Duration.ofSeconds(30),
                            new TreeMap<>(),
                            false),
                    HookMoment.PRE_REMOVE,
                    new Hook(
                            List.of("/usr/bin/systemctl", "stop", "editor"),
                            Optional.empty(),
                            true,
                            Duration.ofSeconds(5),
                            new TreeMap<>(),
                            true)),
            new TreeMap<>(Map.of(-1, CodeClass.USER, 75, CodeClass.TRANSIENT, 3010, CodeClass.SUCCESS_REBOOT)),
            Map.of(Phase.APPLY, Duration.ofMinutes(10), Phase.UNDO, Duration.ofHours(24)),
            List.of(
                    Dependency.parse("acme/oldeditor"),
                    new Dependency(ReleaseName.parse("acme/viewer"), VersionRange.parse("(,2.0)"))),
            200L << 20,
            Activating.BY_ORDER,
            Drift.MEND,
            List.of("/usr/bin/systemctl", "/usr/lib/libacme.so"));

    @Test
    void theFormatWithAnInstallSectionIsReadAndWrittenAsItWasRecorded() throws IOException {
        byte[] recorded = recorded();
        Manifest manifest = ManifestCodec.decode(recorded);
        assertEquals(Optional.of(RECORDED), manifest.install());
        assertArrayEquals(recorded, ManifestCodec.encode(manifest));
    }

    @Test
    void everySectionSurvivesTheRoundTripAndHasOneSpelling() {
        Cases.run(300, random -> {
            Manifest manifest = with(Samples.manifest(random), section(random));
            byte[] bytes = ManifestCodec.encode(manifest);
            Manifest read = ManifestCodec.decode(bytes);
            assertEquals(manifest, read);
            assertArrayEquals(bytes, ManifestCodec.encode(read));
        });
    }

    @Test
    void anyFlippedBitIsRefusedOrIsTheOneSpellingOfAnotherManifest() {
        Cases.run(4, random -> {
            Manifest manifest = with(Samples.manifest(random), section(random));
            byte[] bytes = ManifestCodec.encode(manifest);
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = Cases.withFlippedBit(bytes, bit);
                try {
                    Manifest read = ManifestCodec.decode(flipped);
                    assertNotEquals(manifest, read, "bit " + bit);
                    assertArrayEquals(flipped, ManifestCodec.encode(read), "bit " + bit);
                } catch (BadContentException refused) {
                    // The other good end.
                }
            }
        });
    }

    @Test
    void whoeverOnlyDistributesStaysReadableByTheFirstFormat() {
        Cases.run(20, random -> {
            Manifest manifest = Samples.manifest(random);
            String bytes = new String(ManifestCodec.encode(manifest), UTF_8);
            assertTrue(bytes.contains("\"format\":\"1.0\""), bytes);
            assertTrue(bytes.contains("\"install\":{}"), bytes);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":\"1.1\" | \"format\":\"1.0\" | not in canonical form",
                "\"adapter\":\"archive\" | \"adapter\":\"../x\" | is not an adapter",
                "\"adapter\":\"archive\" | \"adapter\":\"\" | is not an adapter",
                "\"adapter\":\"archive\" | \"adapter\":7 | is a string, not a whole number",
                "\"adapter\":\"archive\", | '' | \"adapter\" is missing",
                "\"activation\":\"by-order\" | \"activation\":\"BY_ORDER\" | which this version does not know",
                "\"activation\":\"by-order\" | \"activation\":\"at-dawn\" | says \"at-dawn\"",
                "\"drift\":\"mend\" | \"drift\":null | is a string, not null",
                "\"diskBytes\":209715200 | \"diskBytes\":-1 | diskBytes is 0 to",
                "\"diskBytes\":209715200 | \"diskBytes\":209715200,\"extra\":1 | \"extra\" is unknown",
                "\"3010\":\"success-reboot\" | \"03010\":\"success-reboot\" | not in canonical form",
                "\"3010\":\"success-reboot\" | \"+3010\":\"success-reboot\" | not in canonical form",
                "\"3010\":\"success-reboot\" | \"30100000000\":\"success-reboot\" | is no return code",
                "\"3010\":\"success-reboot\" | \"soon\":\"success-reboot\" | \"soon\" is no return code",
                "\"3010\":\"success-reboot\" | \"3010\":\"splendid\" | says \"splendid\"",
                "\"apply\":600 | \"apply\":0 | apply is 1 to 86400, not 0",
                "\"apply\":600 | \"apply\":86401 | apply is 1 to 86400",
                "\"apply\":600 | \"apply\":\"600\" | is a whole number, not a string",
                "\"apply\":600 | \"lunch\":600 | says \"lunch\"",
                "\"hooks\":{ | \"hooks\":{\"never\":{},| never",
                "\"run\":[\"hooks/health.sh\"] | \"run\":[] | a hook names a program to run",
                "\"run\":[\"hooks/health.sh\"] | \"run\":\"hooks/health.sh\" | is an array, not a string",
                "\"run\":[\"hooks/health.sh\"] | \"run\":[[]] | is a list of strings",
                "\"undo\":[\"hooks/start.sh\"] | \"undo\":[] | a hook names a program to run",
                "\"undo\":[\"hooks/start.sh\"] | \"undo\":null | is an array, not null",
                "\"privileged\":true | \"privileged\":1 | is true or false",
                "\"privileged\":true | \"privileged\":true,\"shell\":true | \"shell\" is unknown",
                "\"LANG\":\"C\" | \"LANG\":1 | is a string",
                "\"settings\":{ | \"settings\":[],\"settingz\":{ | settings is an object, not an array",
                "\"entries\":5000 | \"entries\":5000.5 | fraction",
                "\"entries\":5000 | \"entries\":5000,\"entries\":5000 | twice",
                "\"(,2.0)\" | \"newer\" | newer",
                "\"acme/viewer\" | \"acme\" | acme"
            })
    void otherSectionsAreRefusedInOneLineThatSaysWhy(String was, String is, String why) throws IOException {
        String recorded = new String(recorded(), UTF_8);
        assertTrue(recorded.contains(was), was);
        String changed = recorded.replace(was, is);
        BadContentException refusal =
                assertThrows(BadContentException.class, () -> ManifestCodec.decode(changed.getBytes(UTF_8)));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains(why), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void aNestOfSettingsIsRefusedAndDoesNotEndTheReader() throws IOException {
        String deep = "\"entries\":" + "[".repeat(100_000) + "]".repeat(100_000);
        String changed = new String(recorded(), UTF_8).replace("\"entries\":5000", deep);
        assertThrows(BadContentException.class, () -> ManifestCodec.decode(changed.getBytes(UTF_8)));
    }

    @Test
    void aHookThatChangesSomethingAndDeclaresNoWayBackMakesItIrreversible() {
        assertFalse(RECORDED.hooksReversible());
        assertTrue(reversible(HookMoment.PRE));
        assertTrue(reversible(HookMoment.HEALTH), "it changes nothing");
        assertFalse(reversible(HookMoment.PRE_REMOVE));
    }

    @Test
    void timesThatNoSectionHasAreRefused() {
        for (Duration time : List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofHours(25))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Hook(List.of("x"), Optional.empty(), false, time, new TreeMap<>(), false));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new InstallSection(
                            "exec",
                            JsonObject.of(Map.of()),
                            Map.of(),
                            new TreeMap<>(),
                            Map.of(Phase.VERIFY, time),
                            List.of(),
                            0,
                            Activating.WITH_INSTALL,
                            Drift.REPORT,
                            List.of()));
        }
    }

    private static boolean reversible(HookMoment moment) {
        return Objects.requireNonNull(RECORDED.hooks().get(moment)).reversible();
    }

    private static <E> E one(RandomGenerator random, E[] values) {
        return values[random.nextInt(values.length)];
    }

    static Manifest with(Manifest manifest, InstallSection section) {
        return new Manifest(
                manifest.id(),
                manifest.kind(),
                manifest.form(),
                manifest.contentName(),
                manifest.content(),
                manifest.files(),
                manifest.fileCount(),
                manifest.packs(),
                manifest.dependencies(),
                Optional.of(section));
    }

    private static InstallSection section(RandomGenerator random) {
        Map<HookMoment, Hook> hooks = new EnumMap<>(HookMoment.class);
        for (HookMoment moment : HookMoment.values()) {
            if (random.nextBoolean()) {
                hooks.put(moment, hook(random));
            }
        }
        SortedMap<Integer, CodeClass> codes = new TreeMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            codes.put(random.nextInt(), one(random, CodeClass.values()));
        }
        Map<Phase, Duration> timeouts = new EnumMap<>(Phase.class);
        for (Phase phase : Phase.values()) {
            if (random.nextInt(3) == 0) {
                timeouts.put(phase, Duration.ofSeconds(random.nextInt(1, 86_401)));
            }
        }
        return new InstallSection(
                Samples.word(random, 30),
                JsonObject.of(Map.of(Samples.element(random), json(random, 0))),
                hooks,
                codes,
                timeouts,
                IntStream.range(0, random.nextInt(3))
                        .mapToObj(i -> new Dependency(Samples.name(random), Samples.range(random)))
                        .toList(),
                random.nextLong(Long.MAX_VALUE),
                one(random, Activating.values()),
                one(random, Drift.values()),
                words(random));
    }

    private static Hook hook(RandomGenerator random) {
        SortedMap<String, String> environment = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            environment.put(Samples.word(random, 8), Samples.element(random));
        }
        return new Hook(
                words(random),
                random.nextBoolean() ? Optional.of(words(random)) : Optional.empty(),
                random.nextBoolean(),
                Duration.ofSeconds(random.nextInt(1, 86_401)),
                environment,
                random.nextBoolean());
    }

    private static List<String> words(RandomGenerator random) {
        return IntStream.range(0, random.nextInt(1, 4))
                .mapToObj(i -> Samples.element(random))
                .toList();
    }

    private static Json json(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 4 ? 3 : 5)) {
            case 0 -> new JsonInteger(random.nextLong(-(1L << 53) + 1, 1L << 53));
            case 1 -> new JsonBoolean(random.nextBoolean());
            case 2 -> new JsonString(Samples.element(random));
            case 3 -> new JsonArray(List.of(json(random, depth + 1), json(random, depth + 1)));
            default -> JsonObject.of(Map.of(Samples.element(random), json(random, depth + 1)));
        };
    }

    private static byte[] recorded() throws IOException {
        try (InputStream in = InstallCodecTest.class.getResourceAsStream("manifest-1.1.json")) {
            return Objects.requireNonNull(in, "manifest-1.1.json").readAllBytes();
        }
    }
}
