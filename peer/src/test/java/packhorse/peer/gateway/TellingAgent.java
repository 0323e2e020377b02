package packhorse.peer.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Failure;
import packhorse.core.message.v1.InstallProgress;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Offer;
import packhorse.core.message.v1.OfferList;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.Subject;
import packhorse.core.state.ActionState;

/** An agent that knows five things and remembers what it was asked. */
final class TellingAgent implements UserPage.Asking {
    static final long DAY_MILLIS = 86_400_000;

    final List<LocalRequest> asked = new CopyOnWriteArrayList<>();
    volatile boolean silent;
    private final long now;

    TellingAgent(long now) {
        this.now = now;
    }

    @Override
    public void ask(LocalRequest request, Consumer<LocalReply> replies, BooleanSupplier gone) {
        asked.add(request);
        if (silent) {
            return;
        }
        LocalReply.Builder reply = LocalReply.newBuilder();
        switch (request.getWhatCase()) {
            case STATUS -> reply.setStatus(status());
            case OFFERED -> reply.setOffers(offers());
            case INSTALL -> {
                if (request.getInstall().getName().equals("acme/forbidden")) {
                    replies.accept(failed(2, "acme/forbidden is not for this machine; ask whoever runs it"));
                    return;
                }
                reply.setOrdered(action(
                        "local:1",
                        Operation.OPERATION_INSTALL,
                        request.getInstall().getName(),
                        "2",
                        0));
            }
            case ROLLBACK ->
                reply.setOrdered(action(
                        "local:2",
                        Operation.OPERATION_ROLLBACK,
                        request.getRollback().getName(),
                        "1",
                        0));
            case DEFER ->
                reply.setAction(
                        action(request.getDefer().getAction(), Operation.OPERATION_UPDATE, "acme/office", "8.1", 6)
                                .setDeferredMillis(now + request.getDefer().getMillis()));
            default -> throw new AssertionError("nobody asks the page for " + request.getWhatCase());
        }
        replies.accept(reply.build());
        replies.accept(LocalReply.newBuilder().setDone(Ack.getDefaultInstance()).build());
    }

    static LocalReply failed(int exitCode, String reason) {
        return LocalReply.newBuilder()
                .setFailed(Failure.newBuilder().setExitCode(exitCode).setReason(reason))
                .build();
    }

    private AgentStatus status() {
        return AgentStatus.newBuilder()
                .setAgentId("3f9c0a7b11d24c5e8f60aa1122334455")
                .setSite("lyon")
                .setTrackerReachable(true)
                .addLines(line("acme/office", "8.0", "7.9", 4, 4, 1, false))
                .addLines(line("acme/editor", "2.0", "", 3, 4, 1, true))
                .addLines(
                        line("acme/driver-with-a-rather-long-name", "1:24.3.1~rc2-1", "23.9", 4, 3, 3, false)
                                .toBuilder()
                                .setDetail("/opt/acme/driver/bin/driverd has another content")
                                .build())
                .addActions(action("order-17", Operation.OPERATION_UPDATE, "acme/office", "8.1", 6)
                        .setActivateNotBeforeMillis(now + 2 * 3_600_000)
                        .setDeferUntilMillis(now + DAY_MILLIS)
                        .setNext("It begins at " + java.time.Instant.ofEpochMilli(now + 2 * 3_600_000) + " or later."))
                .addActions(action("order-18", Operation.OPERATION_INSTALL, "acme/database", "15.2", 9)
                        .setIrreversible(true)
                        .setNext("It is under way.")
                        .setProgress(InstallProgress.newBuilder()
                                .setAction("order-18")
                                .setRelease("acme/database@15.2")
                                .setStep("putting it in place")
                                .setDoneBytes(450 << 20)
                                .setTotalBytes(1200L << 20)))
                .addActions(action("order-19", Operation.OPERATION_INSTALL, "acme/kernel", "6.12", 12)
                        .setDetail("the machine has to start again")
                        .setDeferUntilMillis(now + DAY_MILLIS)
                        .setRestartMillis(now + 900_000)
                        .setNext("Restarts at " + java.time.Instant.ofEpochMilli(now + 900_000)
                                + ", because acme/kernel@6.12 (linux-amd64) needs it; this may be put off until "
                                + java.time.Instant.ofEpochMilli(now + DAY_MILLIS) + "."))
                .addActions(action("order-15", Operation.OPERATION_INSTALL, "acme/viewer", "3", 16)
                        .setEnded(true)
                        .setCode(75)
                        .setCodeClass(3)
                        .setDetail("the hook health of acme/viewer@3 ended with code 75, saying: port 80 is taken"))
                .addActions(action("order-14", Operation.OPERATION_INSTALL, "acme/editor", "2.0", 13)
                        .setEnded(true)
                        .setSucceeded(true))
                .build();
    }

    private static LineStatus line(
            String name,
            String version,
            String previous,
            int transaction,
            int activation,
            int health,
            boolean undoable) {
        return LineStatus.newBuilder()
                .setName(name)
                .setPlatform("linux-amd64")
                .setVersion(version)
                .setPrevious(previous)
                .setPresence(3)
                .setTransaction(transaction)
                .setActivation(activation)
                .setHealth(health)
                .setUndoable(undoable)
                .build();
    }

    private static ActionStatus.Builder action(
            String action, Operation operation, String name, String version, int state) {
        return ActionStatus.newBuilder()
                .setAction(action)
                .setOperation(operation)
                .setSubject(
                        Subject.newBuilder().setName(name).setVersion(version).setPlatform("linux-amd64"))
                .setState(state == 0 ? 0 : ActionState.of(state).number());
    }

    private static OfferList offers() {
        OfferList.Builder offers = OfferList.newBuilder();
        String[] names = {
            "editor", "viewer", "desktop", "firmware", "fonts", "shell-extensions", "printer", "vpn", "notes"
        };
        for (int i = 0; i < names.length; i++) {
            boolean bundle = names[i].equals("desktop");
            offers.addOffers(Offer.newBuilder()
                    .setRelease(ReleaseLine.newBuilder()
                            .setName("acme/" + names[i])
                            .setVersion("2." + i)
                            .setPlatform(bundle ? "bundle" : "linux-amd64")
                            .setKind(bundle ? "bundle" : "package")
                            .setBytes(bundle ? 0 : (long) (i + 1) * 37_000_000)
                            .setHere(i == 0))
                    .setAdapter(bundle ? "" : "archive")
                    .setIrreversible(names[i].equals("firmware")));
        }
        return offers.build();
    }
}
