package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.ALL_THE_WAY;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.item;
import static packhorse.peer.agent.InstallingWorld.lines;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.Orders.awaitPath;
import static packhorse.peer.agent.Orders.awaitState;
import static packhorse.peer.agent.Orders.defer;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.status;
import static packhorse.peer.agent.Orders.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Install;
import packhorse.core.message.v1.Lines;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Offer;
import packhorse.core.message.v1.Offered;
import packhorse.core.message.v1.Rollback;
import packhorse.core.state.Operation;
import packhorse.core.trust.VerifiedManifest;

/** Whole agents with the real installer's engine beside them: what they put in place, when, with whose leave, and what they report of it. */
@Timeout(300)
final class InstallingAgentTest {
    @TempDir
    Path directory;

    private InstallingWorld world;

    @BeforeEach
    void found() {
        world = new InstallingWorld(directory);
    }

    private Path inUse() {
        return directory.resolve("machine/opt/acme/app/current/version.txt");
    }

    private void requireInUse(String text) throws IOException {
        assertEquals(text, Files.readString(inUse()));
    }

    // ---- what happens ----

    @Test
    void ordersGoTheirWholeWayAndBackWithoutAByteFetchedTwice() throws Exception {
        try (Deployment deployment = world.deployment("127.33.61")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            VerifiedManifest two = deployment.publish("acme/app", "2.0", archive("two"), List.of(), section());
            Deployment.Node origin = deployment.origin("2", Map.of(one, archive("one"), two, archive("two")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));

            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitPath(deployment, "install", ALL_THE_WAY);
            requireInUse("one");

            order(
                    deployment,
                    2,
                    item("install", Operation.INSTALL, one),
                    item("commit", Operation.COMMIT, one),
                    item("update", Operation.UPDATE, two));
            awaitPath(deployment, "update", ALL_THE_WAY);
            assertEquals(
                    List.of("ACCEPTED", "PRECHECK", "PREPARED", "WAITING", "COMMITTING", "COMMITTED"),
                    path(deployment, "commit"));
            requireInUse("two");

            order(deployment, 3, item("delete", Operation.DELETE, one));
            awaitPath(deployment, "delete", "ACCEPTED", "WAITING");
            origin.close();

            order(deployment, 4, item("back", Operation.ROLLBACK, two), item("delete", Operation.DELETE, two));
            awaitPath(deployment, "back", "ACCEPTED", "PRECHECK", "PREPARED", "WAITING", "UNDOING", "UNDONE");
            requireInUse("one");

            order(deployment, 5, item("remove", Operation.REMOVE, one));
            await().untilAsserted(() ->
                    assertEquals("COMMITTED", path(deployment, "remove").getLast()));
            assertFalse(Files.exists(inUse()));
            assertTrue(agent.ask(LocalRequest.newBuilder()
                            .setLines(Lines.getDefaultInstance())
                            .build())
                    .getFirst()
                    .getLines()
                    .getLinesList()
                    .isEmpty());
        }
    }

    @Test
    void whereverTheAgentIsStartedAgainEveryStateIsReportedOnceAndInOrder() throws Exception {
        world.generous = false;
        try (Deployment deployment = world.deployment("127.33.62")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            deployment.origin("2", Map.of(one, archive("one")));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            Set<List<String>> seen = new HashSet<>();
            int round = 0;
            for (; !path(deployment, "install").contains("COMMITTABLE"); round++) {
                assertTrue(round < 60, () -> "it does not come to an end: " + path(deployment, "install"));
                world.generous = round > 2;
                try (Deployment.Node agent = deployment.agent("3", world.installer(deployment))) {
                    int before = path(deployment, "install").size();
                    await().atMost(Duration.ofSeconds(90))
                            .until(() -> path(deployment, "install").size() > before
                                    || world.asked.getAndSet(0) > 0
                                    || status(agent, "install").getEnded());
                }
                seen.add(path(deployment, "install"));
            }
            assertTrue(round > 2, () -> "it went too fast to be interrupted: " + seen);
            assertEquals(List.of(ALL_THE_WAY), path(deployment, "install"));
            requireInUse("one");
        }
    }

    @Test
    void nothingBeginsWhileTrackersRefuseTheLease() throws Exception {
        world.generous = false;
        try (Deployment deployment = world.deployment("127.33.63")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            deployment.origin("2", Map.of(one, archive("one")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitPath(deployment, "install", "ACCEPTED", "FETCHING", "STAGED", "PRECHECK", "PREPARED", "WAITING");
            // It asks ever more seldom.
            await().atMost(Duration.ofSeconds(90)).until(() -> {
                deployment.turn(Duration.ofSeconds(2));
                return world.asked.get() > 1;
            });
            assertTrue(status(agent, "install").getDetail().contains("a hold is on it"));
            assertFalse(Files.exists(inUse()));
            world.generous = true;
            await().atMost(Duration.ofSeconds(90)).until(() -> {
                deployment.turn(Duration.ofSeconds(2));
                return path(deployment, "install").contains("APPLYING");
            });
            awaitPath(deployment, "install", ALL_THE_WAY);
        }
    }

    @Test
    void theUserPutsAnActionOffOverARestartAndTakesItUpAgain() throws Exception {
        try (Deployment deployment = world.deployment("127.33.64")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            deployment.origin("2", Map.of(one, archive("one")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            world.generous = false;
            Instant most = Instant.now().plus(Duration.ofDays(1));
            order(deployment, 1, item("install", Operation.INSTALL, one, Optional.of(most)));
            await().until(() -> path(deployment, "install").contains("WAITING"));
            LocalReply deferred =
                    agent.ask(defer("install", Duration.ofDays(2))).getFirst();
            assertEquals(
                    most.toEpochMilli(), deferred.getAction().getDeferredMillis(), "no longer than its order allows");
            assertThrows(UsageException.class, () -> agent.ask(defer("nothing", Duration.ofHours(1))));
            agent.close();
            world.generous = true;

            Deployment.Node again = deployment.agent("3", world.installer(deployment));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> status(again, "install").getDetail().contains("waits for its user until"));
            assertTrue(status(again, "install").getNext().contains("You put it off"));
            assertFalse(Files.exists(inUse()));
            again.ask(defer("install", Duration.ZERO));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertThrows(UsageException.class, () -> again.ask(defer("install", Duration.ofHours(1))), "it has ended");
        }
    }

    @Test
    void theUserInstallsWhatHeMayHaveAndGoesBack() throws Exception {
        try (Deployment deployment = world.deployment("127.33.65")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            VerifiedManifest plain = deployment.publishAlone("acme/plain", "1.0", archive("plain"));
            deployment.origin("2", Map.of(one, archive("one"), plain, archive("plain")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            await().until(() -> !deployment.tracker().heard().isEmpty());

            List<Offer> offers = agent.ask(LocalRequest.newBuilder()
                            .setOffered(Offered.newBuilder().setAll(true))
                            .build())
                    .getFirst()
                    .getOffers()
                    .getOffersList();
            assertEquals(
                    Map.of("acme/app", "", "acme/plain", "--install"),
                    Map.of(
                            offers.getFirst().getRelease().getName(),
                            offers.getFirst().getUnable(),
                            offers.getLast().getRelease().getName(),
                            offers.getLast().getUnable().replaceAll(".*(--install)", "$1")));

            List<LocalReply> replies = agent.ask(install("acme/app"));
            String action = replies.getFirst().getOrdered().getAction();
            assertTrue(action.startsWith("local:"), action);
            assertTrue(replies.getLast().getAction().getSucceeded(), replies::toString);
            requireInUse("one");
            assertEquals(0, world.asked.get(), "no tracker knows the action");
            awaitPath(deployment, action, ALL_THE_WAY);

            assertThrows(OperationException.class, () -> agent.ask(install("acme/plain")));
            List<LocalReply> back = agent.ask(LocalRequest.newBuilder()
                    .setRollback(Rollback.newBuilder().setName("acme/app"))
                    .build());
            assertTrue(back.getLast().getAction().getSucceeded(), back::toString);
            assertFalse(Files.exists(inUse()));

            assertTrue(agent.ask(install("acme/app")).getLast().getAction().getSucceeded());
            VerifiedManifest two = deployment.publish("acme/app", "2.0", archive("two"), List.of(), section());
            deployment.origin("4", Map.of(two, archive("two")));
            assertTrue(agent.ask(install("acme/app")).getLast().getAction().getSucceeded());
            requireInUse("two");

            deployment.tracker().answering(denying());
            assertThrows(OperationException.class, () -> agent.ask(install("acme/app")));
        }
    }

    /** As the page asks: for a person who does not run the machine. */
    private static LocalReply fromThePage(Deployment.Node node, LocalRequest request) throws Exception {
        CompletableFuture<LocalReply> last = new CompletableFuture<>();
        node.agent()
                .ask(
                        request,
                        reply -> {
                            if (reply.hasDone() || reply.hasFailed()) {
                                last.complete(reply);
                            }
                        },
                        () -> false);
        return last.get(90, TimeUnit.SECONDS);
    }

    @Test
    void thePersonAtThePageTakesBackOnlyWhatHeInstalledHimselfAndBringsNoOlderVersion() throws Exception {
        try (Deployment deployment = world.deployment("127.33.69")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            VerifiedManifest two = deployment.publish("acme/app", "2.0", archive("two"), List.of(), section());
            deployment.origin("2", Map.of(one, archive("one"), two, archive("two")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            await().until(() -> !deployment.tracker().heard().isEmpty());
            LocalRequest back = LocalRequest.newBuilder()
                    .setRollback(Rollback.newBuilder().setName("acme/app"))
                    .build();
            LocalReply installed = fromThePage(agent, install("acme/app"));
            assertTrue(installed.hasDone(), installed::toString);
            requireInUse("two");
            LocalReply taken = fromThePage(agent, back);
            assertTrue(taken.hasDone(), taken::toString);

            order(deployment, 1, item("install", Operation.INSTALL, two));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> path(deployment, "install").contains("COMMITTABLE"));
            LocalReply refused = fromThePage(agent, back);
            assertTrue(refused.getFailed().getReason().contains("not installed from here"), refused::toString);
            LocalReply older = fromThePage(
                    agent,
                    LocalRequest.newBuilder()
                            .setInstall(Install.newBuilder().setName("acme/app").setVersion("1.0"))
                            .build());
            assertTrue(older.hasFailed(), older::toString);
            requireInUse("two");
        }
    }

    private java.util.function.Function<Envelope, List<Envelope>> denying() {
        UnaryOperator<Envelope> no = message -> Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setEntitlementAnswer(EntitlementAnswer.newBuilder()
                        .setNumber(message.getEntitlementQuestion().getNumber()))
                .build();
        return message -> message.hasEntitlementQuestion() ? List.of(no.apply(message)) : world.answer(message);
    }

    private static LocalRequest install(String name) {
        return LocalRequest.newBuilder()
                .setInstall(Install.newBuilder().setName(name))
                .build();
    }

    @Test
    void aReleaseWhoseContentCameAsAnotherReleasesIsPutInPlaceWithoutFetching() throws Exception {
        try (Deployment deployment = world.deployment("127.33.67")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            Deployment.Node origin = deployment.origin("2", Map.of(one, archive("one")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one), item("commit", Operation.COMMIT, one));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> path(deployment, "commit").contains("COMMITTED"));
            origin.close();

            // Published anew with other words about how it is installed: the bytes are here.
            VerifiedManifest again = deployment.publish("acme/app", "1.1", archive("one"), List.of(), section());
            order(deployment, 2, item("update", Operation.UPDATE, again));
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> assertTrue(
                            path(deployment, "update").contains("COMMITTABLE"), () -> story(deployment, "update")));
            assertEquals("1.1", lines(agent).getFirst().getVersion());
            order(deployment, 3, item("back", Operation.ROLLBACK, again));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> path(deployment, "back").contains("UNDONE"));
            requireInUse("one");
        }
    }

    @Test
    void whatIsCommittedGoesBackAndForwardAgainWithoutFetching() throws Exception {
        try (Deployment deployment = world.deployment("127.33.68")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            VerifiedManifest two = deployment.publish("acme/app", "2.0", archive("two"), List.of(), section());
            Deployment.Node origin = deployment.origin("2", Map.of(one, archive("one"), two, archive("two")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one), item("commit", Operation.COMMIT, one));
            awaitState(deployment, "commit", "COMMITTED");
            order(deployment, 2, item("update", Operation.UPDATE, two), item("commit-2", Operation.COMMIT, two));
            awaitState(deployment, "commit-2", "COMMITTED");
            assertEquals("1.0", lines(agent).getFirst().getPrevious());
            origin.close();

            order(deployment, 3, item("back", Operation.ROLLBACK, two));
            awaitState(deployment, "back", "UNDONE");
            requireInUse("one");
            assertEquals("", lines(agent).getFirst().getPrevious(), "nobody rolls forward by rolling back");
            order(deployment, 4, item("back", Operation.ROLLBACK, two), item("back-2", Operation.ROLLBACK, one));
            awaitState(deployment, "back-2", "REFUSED");
            order(deployment, 5, item("again", Operation.UPDATE, two));
            awaitState(deployment, "again", "COMMITTABLE");
            requireInUse("two");
        }
    }

    @Test
    void driftIsSeenInTheLines() throws Exception {
        try (Deployment deployment = world.deployment("127.33.66")) {
            VerifiedManifest one = deployment.publish("acme/app", "1.0", archive("one"), List.of(), section());
            deployment.origin("2", Map.of(one, archive("one")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one), item("commit", Operation.COMMIT, one));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> path(deployment, "commit").contains("COMMITTED"));
            Files.writeString(inUse(), "somebody was here");
            List<String> details = new ArrayList<>();
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> agent
                            .ask(LocalRequest.newBuilder()
                                    .setLines(Lines.getDefaultInstance())
                                    .build())
                            .getFirst()
                            .getLines()
                            .getLinesList()
                            .stream()
                            .peek(line -> details.add(line.getHealth() + " " + line.getDetail()))
                            .anyMatch(line -> line.getHealth() == 3));
        }
    }
}
