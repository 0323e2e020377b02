package packhorse.peer.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.Envelope;
import packhorse.core.state.Subject;

/** Questions about entitlements on a clock that only the test turns. */
final class EntitlementsTest {
    private static final Instant NOW = Instant.parse("2026-11-01T08:00:00Z");
    private static final Subject TOOL = release("acme/tool");
    private static final Subject OTHER = release("acme/other");

    @TempDir
    Path directory;

    private long nanos = 7;
    private boolean reached;
    private final List<Envelope> sent = new ArrayList<>();
    private final List<Entitlements.Verdict> verdicts = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Entitlements entitlements;

    private static Subject release(String name) {
        return Subject.release(new ReleaseId(ReleaseName.parse(name), Version.parse("1.0"), Platform.ANY));
    }

    @BeforeEach
    void start() {
        entitlements = new Entitlements(
                directory.resolve("entitled"),
                envelope -> reached && sent.add(envelope),
                () -> reached ? "" : "no tracker has answered yet",
                new Errands(message -> {}),
                () -> NOW,
                () -> nanos,
                false);
    }

    private void ask(Subject... subjects) {
        entitlements.ask(List.of(subjects), verdicts::add);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        entitlements.tick(nanos);
    }

    private void meet(int version) {
        reached = version >= Agent.VERSION_OF_STATES;
        entitlements.connected(version);
    }

    private void lose() {
        reached = false;
        entitlements.disconnected();
    }

    private void answerYes(int which) {
        entitlements.take(EntitlementAnswer.newBuilder()
                .setNumber(sent.get(which).getEntitlementQuestion().getNumber())
                .addAllAllowed(sent.get(which).getEntitlementQuestion().getSubjectsList())
                .build());
    }

    @Test
    void whatIsAskedBeforeTheFirstSessionIsAskedInIt() {
        ask(TOOL);
        pass(Duration.ofSeconds(4));
        assertEquals(List.of(), verdicts);

        meet(2);
        assertEquals(1, sent.size());
        pass(Duration.ofSeconds(1).minusNanos(1));
        assertEquals(List.of(), verdicts);
        answerYes(0);

        assertEquals(List.of(new Entitlements.Verdict(List.of(TOOL), Map.of())), verdicts);
    }

    /** Whoever asks waits for the session and the answer in it, not for each. */
    @Test
    void whatIsAskedBeforeTheFirstSessionWaitsNoLongerThanWhatIsAskedInIt() {
        ask(TOOL);
        pass(Duration.ofSeconds(4));
        meet(2);

        pass(Duration.ofSeconds(1));

        assertEquals(1, verdicts.size());
        assertTrue(verdicts.getFirst().denied().containsKey(TOOL), verdicts::toString);
        answerYes(0);
        assertEquals(1, verdicts.size());
    }

    @Test
    void whereOneIsEnoughAKeptYesToOneNeedsNoSession() throws Exception {
        Files.writeString(
                directory.resolve("entitled"), NOW.minus(Duration.ofHours(1)).toEpochMilli() + " " + TOOL + "\n");
        start();

        entitlements.askAny(List.of(OTHER, TOOL), verdicts::add);
        entitlements.askAny(List.of(OTHER), verdicts::add);

        assertEquals(1, verdicts.size());
        assertEquals(List.of(TOOL), verdicts.getFirst().allowed());
        meet(2);
        assertEquals(1, sent.size(), "only what nobody said yes to is asked");
    }

    @Test
    void withoutASessionTheLineComesAfterTheWait() {
        ask(TOOL);
        entitlements.disconnected();
        pass(Duration.ofSeconds(5).minusNanos(1));
        assertEquals(List.of(), verdicts);

        pass(Duration.ofNanos(1));

        assertEquals(
                Map.of(
                        TOOL,
                        "no tracker can be asked whether this machine may have it (no tracker has answered yet);"
                                + " try again when it is reached"),
                verdicts.getFirst().denied());
        meet(2);
        assertEquals(List.of(), sent, "it was answered");
        assertEquals(1, verdicts.size());
    }

    @Test
    void aKeptYesNeedsNoSession() throws Exception {
        Files.writeString(
                directory.resolve("entitled"), NOW.minus(Duration.ofHours(1)).toEpochMilli() + " " + TOOL + "\n");
        start();

        ask(TOOL);
        ask(TOOL, OTHER);

        assertEquals(List.of(new Entitlements.Verdict(List.of(TOOL), Map.of())), verdicts);
        pass(Duration.ofSeconds(5));
        assertEquals(List.of(TOOL), verdicts.get(1).allowed());
        assertEquals(java.util.Set.of(OTHER), verdicts.get(1).denied().keySet());
    }

    @Test
    void anOlderTrackerGrantsWhatWaitedForIt() {
        ask(TOOL);

        meet(1);

        assertEquals(List.of(new Entitlements.Verdict(List.of(TOOL), Map.of())), verdicts);
    }

    @Test
    void onlyTheFirstSessionIsWaitedFor() {
        meet(2);
        lose();

        ask(TOOL);

        assertEquals(1, verdicts.size());
        assertTrue(verdicts.getFirst().denied().containsKey(TOOL));
    }

    @Test
    void whoHasMetNobodyForLongSaysSoAtOnce() {
        pass(Duration.ofMinutes(1));

        ask(TOOL);

        assertEquals(1, verdicts.size());
    }

    @Test
    void noMoreWaitThanHaveRoom() {
        for (int i = 0; i < 300; i++) {
            ask(TOOL);
        }
        assertEquals(300 - 256, verdicts.size());

        meet(2);

        assertEquals(256, sent.size());
        lose();
        assertEquals(300, verdicts.size(), "each is answered once");
    }
}
