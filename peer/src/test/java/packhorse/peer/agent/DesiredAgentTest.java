package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.Orders.awaitPath;
import static packhorse.peer.agent.Orders.item;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.ordered;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.reports;
import static packhorse.peer.agent.Orders.status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Available;
import packhorse.core.message.v1.Denied;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Reasons;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.Why;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/** Whole agents under orders: what they fetch, delete, refuse and report, also when things around them die. */
@Timeout(300)
final class DesiredAgentTest {
    private static final int LENGTH = 3_000_000;

    @TempDir
    Path directory;

    private static Subject release(VerifiedManifest manifest) {
        return new Subject(manifest.manifest().id(), false, Optional.of(manifest.digest()));
    }

    @Test
    void anOrderIsFetchedReportedOnceAndStored() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.1")) {
            byte[] content = Deployment.content(1, LENGTH);
            VerifiedManifest manifest = tool(deployment, content);
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);

            order(deployment, 1, item("first", Operation.DISTRIBUTE, release(manifest)));

            awaitPath(deployment, "first", "ACCEPTED", "FETCHING", "STAGED");
            StatusReport last = reports(deployment).getLast();
            assertTrue(last.getBytesWan() >= LENGTH, last::toString);
            await().untilAsserted(() -> assertEquals(0, status(agent).getReportsWaiting()));
            assertEquals(1, status(agent).getDesiredRevision());
            assertTrue(deployment.tracker().heard().stream().anyMatch(report -> report.getDesiredRevision() == 1));
            order(deployment, 1, item("first", Operation.DISTRIBUTE, release(manifest)));
            order(deployment, 2, item("first", Operation.DISTRIBUTE, release(manifest)));
            await().untilAsserted(() -> assertEquals(2, status(agent).getDesiredRevision()));
            assertEquals(List.of("ACCEPTED", "FETCHING", "STAGED"), path(deployment, "first"));
        }
    }

    @Test
    void anOrderIsCarriedOutWithoutAnyTrackerAndReportedWhenThereIsOneAgain() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.2")) {
            byte[] content = Deployment.content(2, LENGTH);
            VerifiedManifest manifest = tool(deployment, content);
            Deployment.Node first = slow(deployment, "1MB/s");
            order(deployment, 7, item("slow", Operation.DISTRIBUTE, release(manifest)));
            awaitPath(deployment, "slow", "ACCEPTED", "FETCHING");
            await().atMost(Duration.ofSeconds(90)).until(() -> received(first) > 0);
            deployment.tracker().close();
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> first.store
                            .complete(manifest.manifest().content().sha256())
                            .isPresent());
            await().until(() -> status(first).getReportsWaiting() > 0);
            first.close();

            Deployment.Node second = deployment.agent("3", RateLimits.NONE);
            assertEquals(7, status(second).getDesiredRevision());
            assertEquals(
                    ActionState.STAGED.number(), status(second).getActions(0).getState());
            deployment.restartTracker();

            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> assertEquals(0, status(second).getReportsWaiting()));
            assertTrue(
                    path(deployment, "slow").contains("STAGED"),
                    () -> path(deployment, "slow").toString());
        }
    }

    @Test
    void whatIsNotWantedAnyMoreIsDroppedAndWhatIsToGoIsDeleted() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.3")) {
            byte[] one = Deployment.content(3, LENGTH);
            byte[] two = Deployment.content(4, LENGTH);
            VerifiedManifest first = deployment.publishAlone("acme/one", "1.0", one);
            VerifiedManifest second = deployment.publishAlone("acme/two", "1.0", two);
            deployment.origin("2", Map.of(first, one));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            order(
                    deployment,
                    1,
                    item("one", Operation.DISTRIBUTE, release(first)),
                    item("two", Operation.DISTRIBUTE, release(second)));
            awaitPath(deployment, "one", "ACCEPTED", "FETCHING", "STAGED");
            awaitPath(deployment, "two", "ACCEPTED", "FETCHING");
            await().until(() -> !agent.store.partials().isEmpty());

            order(
                    deployment,
                    2,
                    item("one", Operation.DISTRIBUTE, release(first)),
                    item("gone", Operation.DELETE, release(first)));

            awaitPath(deployment, "two", "ACCEPTED", "FETCHING", "CANCELLED");
            await().until(() -> agent.store.partials().isEmpty());
            awaitPath(deployment, "gone", "ACCEPTED", "WAITING");
            order(deployment, 3, item("gone", Operation.DELETE, release(first)));
            awaitPath(deployment, "gone", "ACCEPTED", "WAITING", "DELETED");
            assertEquals(List.of(), agent.store.packs());
            await().untilAsserted(() -> assertEquals(0, status(agent).getPacksCount()));
        }
    }

    @Test
    void whatIsWrongWithAnOrderIsSaidAndNothingChanges() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.4")) {
            byte[] content = Deployment.content(5, 100_000);
            VerifiedManifest alone = deployment.publishAlone("acme/alone", "1.0", content);
            VerifiedManifest needy = deployment.publish("acme/needy", "1.0", "any", Deployment.content(6, 100_000));
            ReleaseId unknown = new ReleaseId(
                    alone.manifest().id().name(),
                    packhorse.core.content.Version.parse("9.9"),
                    alone.manifest().id().platform());
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);

            order(
                    deployment,
                    1,
                    item("unknown", Operation.DISTRIBUTE, Subject.release(unknown)),
                    item(
                            "other",
                            Operation.DISTRIBUTE,
                            new Subject(alone.manifest().id(), false, Optional.of(Sha256.of(new byte[1])))),
                    item("needy", Operation.DISTRIBUTE, release(needy)),
                    item("install", Operation.INSTALL, release(alone)));

            awaitPath(deployment, "unknown", "ACCEPTED", "REFUSED");
            awaitPath(deployment, "other", "ACCEPTED", "REFUSED");
            awaitPath(deployment, "needy", "ACCEPTED", "REFUSED");
            awaitPath(deployment, "install", "ACCEPTED", "REFUSED");
            Map<String, String> details = new TreeMap<>();
            reports(deployment).forEach(report -> details.put(report.getAction(), report.getDetail()));
            assertTrue(String.valueOf(details.get("unknown")).contains("not in the catalogue"), details::toString);
            assertTrue(String.valueOf(details.get("other")).contains("approved"), details::toString);
            assertTrue(String.valueOf(details.get("needy")).contains("acme/base"), details::toString);
            assertTrue(String.valueOf(details.get("install")).contains("no installer"), details::toString);
            details.values().forEach(detail -> assertFalse(detail.contains("\n"), detail));
            assertEquals(List.of(), agent.store.packs());
            assertEquals(List.of(), agent.store.partials());
        }
    }

    @Test
    void noBytesComeBeforeTheirTime() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.5")) {
            byte[] content = Deployment.content(7, LENGTH);
            VerifiedManifest manifest = tool(deployment, content);
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            Instant from = Instant.now().plus(Duration.ofHours(1));

            order(
                    deployment,
                    1,
                    new DesiredItem(
                            "later",
                            release(manifest),
                            Operation.DISTRIBUTE,
                            Optional.of(from),
                            Optional.empty(),
                            Optional.of(from.plusSeconds(3600)),
                            Priority.BACKGROUND,
                            Optional.empty()),
                    new DesiredItem(
                            "never",
                            Subject.release(deployment
                                    .publishAlone("acme/never", "1.0", Deployment.content(8, 10_000))
                                    .manifest()
                                    .id()),
                            Operation.DISTRIBUTE,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(Instant.now().plus(Duration.ofMinutes(30))),
                            Priority.NORMAL,
                            Optional.empty()));
            awaitPath(deployment, "never", "ACCEPTED", "FETCHING");
            awaitPath(deployment, "later", "ACCEPTED");
            assertEquals(0, received(agent));

            deployment.turn(Duration.ofHours(1));

            awaitPath(deployment, "later", "ACCEPTED", "FETCHING", "STAGED");
            List<StatusReport> later = reports(deployment).stream()
                    .filter(report -> report.getAction().equals("later"))
                    .toList();
            assertTrue(later.get(1).getAtMillis() >= from.toEpochMilli());
            awaitPath(deployment, "never", "ACCEPTED", "FETCHING", "TIMED_OUT");
            await().until(() -> agent.store.partials().isEmpty());
        }
    }

    @Test
    void anEngineThatDiesInTheMiddleCostsNoFinishedPiece() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.6").withEnginesApart()) {
            byte[] content = Deployment.content(9, 12_000_000);
            VerifiedManifest manifest = tool(deployment, content);
            Deployment.Node agent = slow(deployment, "3MB/s");
            order(deployment, 1, item("big", Operation.DISTRIBUTE, release(manifest)));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> status(agent).getPacksCount() > 0
                            && status(agent).getPacks(0).getBytesHave() > 3_000_000);

            assertTrue(ProcessHandle.of(agent.engine.get().pid()).orElseThrow().destroyForcibly());

            awaitPath(deployment, "big", "ACCEPTED", "FETCHING", "STAGED");
            long in = status(agent).getPacks(0).getTrafficList().stream()
                    .mapToLong(traffic -> traffic.getBytesIn())
                    .sum();
            // Pieces that were half there are fetched again, and what was on its way is lost.
            assertTrue(in < 12_000_000 * 1.5, () -> in + " bytes for 12000000");
            assertEquals(Sha256.of(content), agent.store.packs().getFirst().id());
        }
    }

    @Test
    void aTrackerThatStartsAgainGetsWhatItHadNotStored() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.7")) {
            byte[] content = Deployment.content(10, LENGTH);
            VerifiedManifest manifest = tool(deployment, content);
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            // It says what it has, and stores nothing.
            deployment
                    .tracker()
                    .answering(message -> message.getStatusReports().getReportsCount() == 0
                            ? FakeTracker.generous(message)
                            : List.of());
            order(deployment, 1, item("unheard", Operation.DISTRIBUTE, release(manifest)));
            awaitPath(deployment, "unheard", "ACCEPTED", "FETCHING", "STAGED");
            assertEquals(3, status(agent).getReportsWaiting());

            deployment.restartTracker();

            awaitPath(deployment, "unheard", "ACCEPTED", "FETCHING", "STAGED");
            await().untilAsserted(() -> assertEquals(0, status(agent).getReportsWaiting()));
        }
    }

    private static List<Envelope> deny(Envelope message, String product) {
        if (!message.hasEntitlementQuestion()) {
            return FakeTracker.generous(message);
        }
        EntitlementAnswer.Builder answer = EntitlementAnswer.newBuilder()
                .setNumber(message.getEntitlementQuestion().getNumber());
        message.getEntitlementQuestion().getSubjectsList().forEach(subject -> {
            if (subject.getName().equals(product)) {
                answer.addDenied(Denied.newBuilder().setSubject(subject).setReason("it is for the other floor"));
            } else {
                answer.addAllowed(subject);
            }
        });
        return List.of(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setEntitlementAnswer(answer)
                .build());
    }

    @Test
    void whatThisMachineMayNotHaveIsRefusedAlsoWhenItIsHere() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.8")) {
            byte[] content = Deployment.content(11, 200_000);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            deployment.publishAlone("acme/other", "1.0", Deployment.content(12, 1000));
            deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            assertTrue(agent.pull("acme/tool", "", "").stream().anyMatch(LocalReply::hasPulled));

            deployment.tracker().answering(message -> deny(message, "acme/tool"));

            OperationException no = assertThrows(OperationException.class, () -> agent.pull("acme/tool", "", ""));
            assertTrue(String.valueOf(no.getMessage()).contains("the other floor"), no.getMessage());
            assertEquals(List.of("acme/other "), available(agent, false));
            assertEquals(List.of("acme/other ", "acme/tool it is for the other floor"), available(agent, true));

            // What is ordered needs no leave.
            order(deployment, 1, item("order", Operation.DISTRIBUTE, release(tool)));
            awaitPath(deployment, "order", "ACCEPTED", "ALREADY_AT_TARGET");
            assertTrue(agent.pull("acme/tool", "", "").stream().anyMatch(LocalReply::hasPulled));
        }
    }

    private static List<String> available(Deployment.Node agent, boolean all) {
        List<ReleaseLine> lines = agent.ask(LocalRequest.newBuilder()
                        .setAvailable(Available.newBuilder().setAll(all))
                        .build())
                .getFirst()
                .getReleases()
                .getReleasesList();
        return lines.stream()
                .map(line -> line.getName() + " " + line.getDenied())
                .toList();
    }

    @Test
    void aYesCountsForADayWithoutATrackerAndNothingElseDoes() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.9")) {
            byte[] content = Deployment.content(13, 200_000);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            byte[] other = Deployment.content(14, 200_000);
            VerifiedManifest unasked = deployment.publishAlone("acme/unasked", "1.0", other);
            deployment.origin("2", Map.of(tool, content, unasked, other));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            assertTrue(agent.pull("acme/tool", "", "").stream().anyMatch(LocalReply::hasPulled));
            deployment.tracker().refuse(Optional.of("this machine is suspended"));
            await().until(() -> !status(agent).getTrackerReachable());

            assertTrue(agent.pull("acme/tool", "", "").stream().anyMatch(LocalReply::hasPulled));
            OperationException no = assertThrows(OperationException.class, () -> agent.pull("acme/unasked", "", ""));
            assertTrue(String.valueOf(no.getMessage()).contains("no tracker can be asked"), no.getMessage());
        }
    }

    @Test
    void sayWhereEachByteCameFromAlsoAfterARestart() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.10")) {
            byte[] content = Deployment.content(15, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            Deployment.Node origin = deployment.origin("2", Map.of(tool, content));
            Deployment.Node first = deployment.agent("3", RateLimits.NONE);
            assertTrue(first.pull("acme/tool", "", "").stream().anyMatch(LocalReply::hasPulled));
            await().until(() -> why(first).getSourcesList().stream()
                            .mapToLong(source -> source.getBytesIn())
                            .sum()
                    >= LENGTH);
            Reasons before = why(first);
            assertEquals(1, before.getSourcesCount());
            assertEquals(origin.id().toString(), before.getSources(0).getAgentId());
            assertTrue(before.getSources(0).getWan());
            assertTrue(before.getBecauseCount() > 0);
            first.close();

            Deployment.Node second = deployment.agent("3", RateLimits.NONE);

            assertEquals(before.getSourcesList(), why(second).getSourcesList());
            assertThrows(packhorse.core.UsageException.class, () -> second.ask(why("acme/nothing")));
        }
    }

    /** One release, which an origin has. */
    private static VerifiedManifest tool(Deployment deployment, byte[] content) throws Exception {
        VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
        deployment.origin("2", Map.of(tool, content));
        return tool;
    }

    /** An agent that pulls no faster. */
    private static Deployment.Node slow(Deployment deployment, String rate) throws Exception {
        return deployment.agent("3", RateLimits.wan(Optional.of(ByteRate.parse(rate)), Optional.empty()));
    }

    private static LocalRequest why(String name) {
        return LocalRequest.newBuilder().setWhy(Why.newBuilder().setName(name)).build();
    }

    private static Reasons why(Deployment.Node node) {
        return node.ask(why("acme/tool")).getFirst().getReasons();
    }

    private static StatusReport staged(Deployment deployment, String action) {
        return reports(deployment).stream()
                .filter(report -> report.getAction().equals(action) && report.getState() == ActionState.STAGED.number())
                .findFirst()
                .orElseThrow();
    }

    private long kept(Path file) {
        try {
            return Files.exists(file)
                    ? FrameCodec.decode(Files.readAllBytes(file)).getLocalReply().getReasons().getSourcesList().stream()
                            .mapToLong(source -> source.getBytesIn())
                            .sum()
                    : 0;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aReportCountsTheBytesOfTheWholeFetchAlsoWhenTheAgentDiedInTheMiddle() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.14")) {
            byte[] content = Deployment.content(20, LENGTH);
            VerifiedManifest tool = tool(deployment, content);
            Deployment.Node first = slow(deployment, "300kB/s");
            order(deployment, 1, item("tool", Operation.DISTRIBUTE, release(tool)));
            Path file = directory.resolve("node-3/sources/" + Sha256.of(content).hex());
            await().atMost(Duration.ofSeconds(90)).until(() -> kept(file) > 500_000);
            byte[] killed = Files.readAllBytes(file);
            first.close();
            // What a kill would have left.
            Files.write(file, killed);
            long before = kept(file);

            Deployment.Node second = deployment.agent("3", RateLimits.NONE);

            awaitPath(deployment, "tool", "ACCEPTED", "FETCHING", "STAGED");
            long wan = staged(deployment, "tool").getBytesWan();
            long since = received(second);
            assertTrue(wan > since && wan <= since + before, () -> wan + " of " + before + " and " + since);
        }
    }

    @Test
    void whatWasDeletedAndComesAgainIsCountedAnew() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.15")) {
            byte[] content = Deployment.content(21, LENGTH);
            VerifiedManifest tool = tool(deployment, content);
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            Path file = directory.resolve("node-3/sources/" + Sha256.of(content).hex());
            order(deployment, 1, item("first", Operation.DISTRIBUTE, release(tool)));
            awaitPath(deployment, "first", "ACCEPTED", "FETCHING", "STAGED");
            await().until(() -> kept(file) >= LENGTH);
            order(deployment, 2, item("gone", Operation.DELETE, release(tool)));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> agent.store.complete(Sha256.of(content)).isEmpty());

            order(deployment, 3, item("second", Operation.DISTRIBUTE, release(tool)));

            awaitPath(deployment, "second", "ACCEPTED", "FETCHING", "STAGED");
            long wan = staged(deployment, "second").getBytesWan();
            assertTrue(wan >= LENGTH && wan < LENGTH * 1.5, () -> wan + " bytes for " + LENGTH);
            await().until(() -> kept(file) >= LENGTH && kept(file) < LENGTH * 1.5);
            long shown = why(agent).getSourcesList().stream()
                    .mapToLong(source -> source.getBytesIn())
                    .sum();
            assertTrue(shown < LENGTH * 1.5, () -> shown + " bytes for " + LENGTH);
            agent.close();
            assertTrue(kept(file) < LENGTH * 1.5);
        }
    }

    @Test
    void aTrackerThatKnowsMoreReportsThanThisDiskStillGetsTheNewOnes() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.16")) {
            byte[] content = Deployment.content(22, LENGTH);
            VerifiedManifest tool = tool(deployment, content);
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            // It stored 100 reports of the journal that it hears of first, and takes the same names for repetitions.
            List<Long> journals = new java.util.concurrent.CopyOnWriteArrayList<>();
            deployment.tracker().answering(message -> {
                if (!message.hasStatusReports()) {
                    return FakeTracker.generous(message);
                }
                long journal = message.getStatusReports().getJournal();
                if (!journals.contains(journal)) {
                    journals.add(journal);
                }
                return journal != journals.getFirst()
                        ? FakeTracker.generous(message)
                        : List.of(Envelope.newBuilder()
                                .setVersion(FrameCodec.VERSION)
                                .setReportsStored(packhorse.core.message.v1.ReportsStored.newBuilder()
                                        .setJournal(journal)
                                        .setSequence(100))
                                .build());
            });

            order(deployment, 1, item("tool", Operation.DISTRIBUTE, release(tool)));

            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                assertEquals(2, journals.size());
                assertEquals(
                        List.of("ACCEPTED", "FETCHING", "STAGED"),
                        deployment.tracker().received(ordered(deployment)).stream()
                                .filter(Envelope::hasStatusReports)
                                .filter(message -> message.getStatusReports().getJournal() == journals.getLast())
                                .flatMap(message -> message.getStatusReports().getReportsList().stream())
                                .map(report -> report.getSequence() + " "
                                        + ActionState.of(report.getState()).name())
                                .distinct()
                                .map(text -> text.split(" ", -1)[1])
                                .toList());
            });
            await().untilAsserted(() -> assertEquals(0, status(agent).getReportsWaiting()));
        }
    }

    @Test
    void aDeniedPeerLosesItsConnections() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.11")) {
            byte[] content = Deployment.content(16, 12_000_000);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            Deployment.Node origin = deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent = slow(deployment, "1MB/s");
            order(deployment, 1, item("tool", Operation.DISTRIBUTE, release(tool)));
            await().atMost(Duration.ofSeconds(90)).until(() -> received(agent) > 500_000);

            deployment
                    .tracker()
                    .sendAll(Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setDenyList(packhorse.core.message.v1.DenyList.newBuilder()
                                    .setRevision(1)
                                    .addAgentIds(com.google.protobuf.ByteString.copyFrom(
                                            origin.id().bytes())))
                            .build());

            List<Long> seen = new ArrayList<>();
            UnaryOperator<Long> note = count -> {
                seen.add(count);
                return count;
            };
            await().atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        long now = note.apply(received(agent));
                        return seen.size() > 2 && seen.get(seen.size() - 3) == now;
                    });
            assertTrue(received(agent) < content.length);
        }
    }

    @Test
    void aSitePeerThatIsCalledCarriesWhatItsSiteWants() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.12")) {
            byte[] content = Deployment.content(17, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            deployment.publishAlone("acme/other", "1.0", Deployment.content(18, 1000));
            deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);

            deployment.tracker().summon(agent.id(), Sha256.of(content));

            await().atMost(Duration.ofSeconds(90))
                    .until(() -> agent.store.complete(Sha256.of(content)).isPresent());
        }
    }

    @Test
    void contentThatTheDiskSpoiltIsBroughtBackAndNothingIsReported() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.13")) {
            byte[] content = Deployment.content(19, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            Deployment.Node origin = deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);
            order(deployment, 1, item("kept", Operation.DISTRIBUTE, release(tool)));
            awaitPath(deployment, "kept", "ACCEPTED", "FETCHING", "STAGED");
            origin.close();
            Path file = agent.store.complete(Sha256.of(content)).orElseThrow().content();
            agent.close();
            byte[] spoilt = content.clone();
            java.util.Arrays.fill(spoilt, 0, 2_000_000, (byte) 0);
            java.nio.file.Files.write(file, spoilt);

            Deployment.Node again = deployment.agent("3", RateLimits.NONE);
            Deployment.Node asking = deployment.agent("4", RateLimits.NONE);
            // Its engine finds the damage when somebody asks for the pieces.
            AtomicBoolean over = new AtomicBoolean();
            Thread.startVirtualThread(() -> {
                while (!over.get()) {
                    try {
                        asking.pull("acme/tool", "", "");
                        return;
                    } catch (OperationException e) {
                        // On a busy machine its tracker may answer too late.
                        LockSupport.parkNanos(200_000_000);
                    }
                }
            });
            try {
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> again.store.complete(Sha256.of(content)).isEmpty());
            } finally {
                over.set(true);
            }
            deployment.origin("2", Map.of(tool, content));

            await().atMost(Duration.ofSeconds(90))
                    .until(() -> again.store.complete(Sha256.of(content)).isPresent());
            assertEquals(List.of("ACCEPTED", "FETCHING", "STAGED"), path(deployment, "kept"));
        }
    }

    private static long received(Deployment.Node node) {
        return status(node).getPacksList().stream()
                .flatMap(pack -> pack.getTrafficList().stream())
                .mapToLong(traffic -> traffic.getBytesIn())
                .sum();
    }
}
