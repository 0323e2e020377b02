package packhorse.peer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Failure;
import packhorse.core.message.v1.InstallProgress;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.ReleaseList;
import packhorse.core.message.v1.Subject;
import packhorse.core.state.ActionState;
import picocli.CommandLine;

/** The commands against an agent that answers as it is told. */
@Timeout(60)
final class OrderCommandsTest {
    @TempDir
    Path dir;

    private final List<LocalRequest> asked = new CopyOnWriteArrayList<>();
    private final List<LocalReply> answers = new CopyOnWriteArrayList<>();
    private ServerSocketChannel door;

    @BeforeEach
    void open() throws IOException {
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(dir.resolve("agent.sock")));
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    private void serve() {
        while (door.isOpen()) {
            try (SocketChannel client = door.accept()) {
                asked.add(FrameCodec.read(Channels.newInputStream(client))
                        .orElseThrow()
                        .getLocalRequest());
                for (LocalReply answer : answers) {
                    FrameCodec.write(
                            client,
                            Envelope.newBuilder()
                                    .setVersion(FrameCodec.VERSION)
                                    .setLocalReply(answer)
                                    .build());
                }
            } catch (IOException e) {
                // The test is over, or the command went away.
            }
        }
    }

    private String run(Callable<Integer> command, String... args) throws Exception {
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        List<String> words = new ArrayList<>(List.of(args));
        words.addAll(List.of("--socket", dir.resolve("agent.sock").toString()));
        line.parseArgs(words.toArray(String[]::new));
        assertEquals(0, command.call());
        return out.toString();
    }

    private static ActionStatus.Builder action(ActionState state) {
        return ActionStatus.newBuilder()
                .setAction("local:1")
                .setOperation(Operation.OPERATION_INSTALL)
                .setSubject(Subject.newBuilder()
                        .setName("acme/editor")
                        .setVersion("1.2")
                        .setPlatform("any"))
                .setState(state.number());
    }

    private void answer(LocalReply.Builder... replies) {
        answers.clear();
        for (LocalReply.Builder reply : replies) {
            answers.add(reply.build());
        }
    }

    private static LocalReply.Builder ordered() {
        return LocalReply.newBuilder().setOrdered(action(ActionState.ACCEPTED));
    }

    private static LocalReply.Builder progress() {
        return LocalReply.newBuilder()
                .setProgress(Progress.newBuilder()
                        .setPhase("installing")
                        .setRelease("acme/editor@1.2")
                        .setStep("putting it in place")
                        .setBytesHave(5)
                        .setBytesTotal(10)
                        .setAction(action(ActionState.APPLYING)));
    }

    private static LocalReply.Builder ended(ActionState state) {
        return LocalReply.newBuilder().setAction(action(state).setEnded(true).setSucceeded(true));
    }

    private static LocalReply.Builder done() {
        return LocalReply.newBuilder().setDone(Ack.getDefaultInstance());
    }

    private static LocalReply.Builder failed(int code, String reason) {
        return LocalReply.newBuilder()
                .setFailed(Failure.newBuilder().setExitCode(code).setReason(reason));
    }

    @Test
    void anInstallationSaysHowItEndedAndHowToTakeItBack() throws Exception {
        answer(ordered(), progress(), ended(ActionState.COMMITTABLE), done());
        assertEquals(
                "acme/editor@1.2 is in place and verified; packhorse rollback acme/editor takes it back\n",
                run(new InstallCommand(), "acme/editor@1.2"));
        assertEquals("acme/editor", asked.getFirst().getInstall().getName());
        assertEquals("1.2", asked.getFirst().getInstall().getVersion());
        assertEquals("", asked.getFirst().getInstall().getPlatform());

        answer(ordered(), ended(ActionState.ALREADY_AT_TARGET), done());
        assertEquals("acme/editor@1.2 is in place already\n", run(new InstallCommand(), "acme/editor"));
        answer(ordered(), ended(ActionState.COMMITTED), done());
        assertEquals("acme/editor@1.2 is in place, verified and committed\n", run(new InstallCommand(), "acme/editor"));
        assertEquals("", run(new InstallCommand(), "acme/editor", "--quiet"));
        assertTrue(asked.getLast().getInstall().getQuiet());
    }

    @Test
    void whatIsWaitedForIsSaidOnceAlsoWhereNobodyWatches() throws Exception {
        LocalReply.Builder waiting = LocalReply.newBuilder()
                .setProgress(Progress.newBuilder()
                        .setPhase("staged")
                        .setAction(action(ActionState.STAGED)
                                .setDetail("acme/editor@1.1 is not committed yet; commit it or roll it back")));
        answer(ordered(), waiting, waiting, progress(), ended(ActionState.COMMITTED), done());
        assertEquals("""
            waits: acme/editor@1.1 is not committed yet; commit it or roll it back
            acme/editor@1.2 is in place, verified and committed
            """, run(new InstallCommand(), "acme/editor"));
        assertEquals("", run(new InstallCommand(), "acme/editor", "--quiet"));
    }

    @Test
    void whoeverDoesNotWaitIsToldWhereToLook() throws Exception {
        answer(ordered(), done());
        assertEquals(
                "local:1 is under way; packhorse status says how it goes\n",
                run(new InstallCommand(), "acme/desktop@3", "--platform", "bundle", "--no-wait"));
        assertTrue(asked.getFirst().getInstall().getDetach());
        assertEquals("bundle", asked.getFirst().getInstall().getPlatform());
    }

    @Test
    void everyStepIsAnObjectForPrograms() throws Exception {
        answer(ordered(), progress(), ended(ActionState.COMMITTABLE), done());
        List<String> lines =
                run(new InstallCommand(), "acme/editor", "--json").lines().toList();
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).contains("\"state\":\"ACCEPTED\""), lines.get(0));
        assertTrue(lines.get(1).contains("\"bytes\":5"), lines.get(1));
        assertTrue(lines.get(1).contains("\"state\":\"APPLYING\""), lines.get(1));
        assertTrue(lines.get(2).contains("\"succeeded\":true"), lines.get(2));
    }

    @Test
    void aRollbackSaysThatItIsTakenBack() throws Exception {
        answer(ordered(), ended(ActionState.UNDONE), done());
        assertEquals("acme/editor@1.2 is taken back\n", run(new RollbackCommand(), "acme/editor", "--platform", "any"));
        assertEquals("any", asked.getFirst().getRollback().getPlatform());
        UsageException versioned =
                assertThrows(UsageException.class, () -> run(new RollbackCommand(), "acme/editor@1.1"));
        assertTrue(versioned.toString().contains("packhorse install acme/editor@1.1"), versioned.toString());
    }

    private static LocalReply.Builder going(ActionStatus.Builder... actions) {
        AgentStatus.Builder status = AgentStatus.newBuilder();
        for (ActionStatus.Builder action : actions) {
            status.addActions(action);
        }
        return LocalReply.newBuilder().setStatus(status);
    }

    @Test
    void whatIsOrderedIsPutOffByItsNameOrByItsRelease() throws Exception {
        ActionStatus.Builder waits = action(ActionState.WAITING).setDeferUntilMillis(1_893_628_800_000L);
        ActionStatus.Builder other =
                action(ActionState.COMMITTED).setAction("local:0").setEnded(true);
        LocalReply.Builder put = LocalReply.newBuilder().setAction(waits.clone().setDeferredMillis(1_893_542_400_000L));
        answer(going(other, waits), put, done());
        assertEquals(
                "install acme/editor@1.2 is put off until 2030-01-02T00:00:00Z; its order allows it until"
                        + " 2030-01-03T00:00:00Z\n",
                run(new DeferCommand(), "acme/editor", "4h"));
        assertEquals("local:1", asked.getLast().getDefer().getAction());
        assertEquals(4 * 3_600_000L, asked.getLast().getDefer().getMillis());
        assertEquals(
                "install acme/editor@1.2 is not put off any longer\n",
                run(new DeferCommand(), "acme/editor@1.2", "0s"));
        String json = run(new DeferCommand(), "local:1", "30m", "--json");
        assertTrue(json.contains("\"deferredMillis\":1893542400000"), json);
        assertEquals("", run(new DeferCommand(), "local:1", "30m", "--quiet"));

        String restart = "Restarts at 2030-01-02T00:00:00Z, because acme/editor@1.2 (any) needs it; this may be put off"
                + " until 2030-01-03T00:00:00Z.";
        ActionStatus.Builder starts = action(ActionState.ACTIVATING)
                .setDeferUntilMillis(1_893_628_800_000L)
                .setDeferredMillis(1_893_542_400_000L)
                .setRestartMillis(1_893_542_400_000L)
                .setNext(restart);
        answer(going(starts), LocalReply.newBuilder().setAction(starts), done());
        assertEquals(
                "the restart for install acme/editor@1.2 is put off until 2030-01-02T00:00:00Z; its order allows it"
                        + " until 2030-01-03T00:00:00Z\n" + restart + "\n",
                run(new DeferCommand(), "acme/editor", "4h"));

        answer(going(waits, action(ActionState.STAGED).setAction("local:2")), put, done());
        UsageException two = assertThrows(UsageException.class, () -> run(new DeferCommand(), "acme/editor", "4h"));
        assertEquals("acme/editor may mean local:1 or local:2; name one of these actions", two.getMessage());
        run(new DeferCommand(), "local:2", "999999d");
        assertEquals("local:2", asked.getLast().getDefer().getAction());
        assertEquals(366 * 24 * 3_600_000L, asked.getLast().getDefer().getMillis());

        answer(failed(2, "no action is called acme/none on this machine"));
        assertThrows(UsageException.class, () -> run(new DeferCommand(), "acme/none", "4h"));
        int before = asked.size();
        for (String length : List.of("4", "soon", "1.5h", "99999999999999999d", "")) {
            assertThrows(UsageException.class, () -> run(new DeferCommand(), "acme/editor", length), length);
        }
        assertEquals(before, asked.size(), "what is no length never reaches the agent");
    }

    @Test
    void whatTheAgentRefusesIsSaidAndEndsAsItSays() {
        answer(failed(2, "acme/editor has no version 9; see packhorse available"));
        UsageException wrong = assertThrows(UsageException.class, () -> run(new InstallCommand(), "acme/editor@9"));
        assertEquals("acme/editor has no version 9; see packhorse available", wrong.getMessage());
        answer(ordered(), progress(), failed(3, "acme/editor@1.2: its health check failed; everything is as it was"));
        OperationException failed =
                assertThrows(OperationException.class, () -> run(new InstallCommand(), "acme/editor@1.2"));
        assertEquals("acme/editor@1.2: its health check failed; everything is as it was", failed.getMessage());
    }

    @Test
    void namesThatAreNoneNeverReachTheAgent() {
        for (String name : List.of("editor", "acme/", "../x", "acme/editor@", "acme/editor@../1", "Acme/Editor")) {
            assertThrows(UsageException.class, () -> run(new InstallCommand(), name), name);
        }
        assertThrows(UsageException.class, () -> run(new InstallCommand(), "acme/editor", "--platform", "a b"));
        assertEquals(List.of(), asked);
    }

    @Test
    void statusShowsWhatIsInPlaceAndWhatIsWaitedFor() throws Exception {
        AgentStatus status = AgentStatus.newBuilder()
                .setAgentId("00")
                .addLines(LineStatus.newBuilder()
                        .setName("acme/editor")
                        .setPlatform("any")
                        .setVersion("1.2")
                        .setPrevious("1.1")
                        .setPresence(3)
                        .setTransaction(3)
                        .setActivation(4)
                        .setHealth(1)
                        .setUndoable(true))
                .addActions(action(ActionState.WAITING)
                        .setDetail("waits for its window")
                        .setNext("It begins at 2030-01-01T22:00:00Z or later.")
                        .setDeferUntilMillis(1_893_628_800_000L)
                        .setIrreversible(true)
                        .setProgress(InstallProgress.newBuilder()
                                .setRelease("acme/editor@1.2")
                                .setStep("unpacking")
                                .setDoneBytes(1)
                                .setTotalBytes(4)))
                .setInstallerTrouble("the installer is started again")
                .build();
        answer(LocalReply.newBuilder().setStatus(status), done());
        String text = run(new StatusCommand());
        for (String part : List.of(
                "acme/editor@1.2 any  installed, undoable, active, health ok  before it 1.1  can be taken back",
                "local:1: install acme/editor@1.2  WAITING: waits for its window",
                "acme/editor@1.2: unpacking, 25% of 4 B",
                "It begins at 2030-01-01T22:00:00Z or later.",
                "it may be put off until 2030-01-03T00:00:00Z",
                "irreversible: once in place it cannot be taken back",
                "nothing can be installed now: the installer is started again")) {
            assertTrue(text.contains(part), part + " is not in\n" + text);
        }
        String json = run(new StatusCommand(), "--json");
        assertTrue(json.contains("\"lines\":[{\"activation\":\"active\""), json);
        assertTrue(json.contains("\"installerTrouble\":\"the installer is started again\""), json);
        assertEquals(1, json.lines().count());
    }

    @Test
    void availableSaysWhatPutsItInPlaceAndWhatCannotBeTakenBack() throws Exception {
        answer(
                LocalReply.newBuilder()
                        .setReleases(ReleaseList.newBuilder()
                                .addReleases(ReleaseLine.newBuilder()
                                        .setName("acme/editor")
                                        .setVersion("1.2")
                                        .setPlatform("any")
                                        .setKind("package")
                                        .setAdapter("archive")
                                        .addIrreversible("the hook pre changes the machine and declares no undo"))),
                done());
        String text = run(new AvailableCommand());
        assertTrue(text.contains("put in place by archive"), text);
        assertTrue(text.contains("irreversible: the hook pre changes the machine and declares no undo"), text);
        String json = run(new AvailableCommand(), "--json");
        assertTrue(json.contains("\"adapter\":\"archive\""), json);
        assertTrue(json.contains("\"irreversible\":true"), json);
    }

    @Test
    void numbersOfALaterVersionAreShownAsTheyAre() throws Exception {
        AgentStatus status = AgentStatus.newBuilder()
                .addLines(LineStatus.newBuilder()
                        .setName("acme/x")
                        .setVersion("1")
                        .setPresence(9)
                        .setHealth(77))
                .addActions(
                        ActionStatus.newBuilder().setState(99).setCodeClass(42).setCode(3))
                .build();
        answer(LocalReply.newBuilder().setStatus(status), done());
        String text = run(new StatusCommand());
        assertTrue(text.contains("health 77"), text);
        assertTrue(text.contains("state 99 (code 3, class 42)"), text);
    }
}
