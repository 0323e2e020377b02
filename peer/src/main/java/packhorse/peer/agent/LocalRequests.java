package packhorse.peer.agent;

import java.util.Comparator;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Why;

/**
 * What the people of this machine ask for, through its socket or its page, handed to whom it concerns. Only the owner thread enters.
 */
final class LocalRequests {
    private final Pulls pulls;
    private final Chooser chooser;
    private final Permission permission;
    private final LocalInstalls locals;
    private final Offers offers;
    private final Reporter reporter;
    private final Steward steward;
    private final Installations installations;
    private final ActionWriter actions;
    private final Packs packs;
    private final Ledger ledger;
    private final Sources sources;
    private final Runnable stop;

    /** @param stop ends the agent */
    LocalRequests(
            Pulls pulls,
            Chooser chooser,
            Permission permission,
            LocalInstalls locals,
            Offers offers,
            Reporter reporter,
            Steward steward,
            Installations installations,
            ActionWriter actions,
            Packs packs,
            Ledger ledger,
            Sources sources,
            Runnable stop) {
        this.pulls = pulls;
        this.chooser = chooser;
        this.permission = permission;
        this.locals = locals;
        this.offers = offers;
        this.reporter = reporter;
        this.steward = steward;
        this.installations = installations;
        this.actions = actions;
        this.packs = packs;
        this.ledger = ledger;
        this.sources = sources;
        this.stop = stop;
    }

    void take(LocalRequest request, ReplySink sink) {
        switch (request.getWhatCase()) {
            case PULL -> pulls.begin(request.getPull(), sink);
            case STATUS -> reporter.sendStatus(sink, steward, installations, actions, chooser.catalogueVersion());
            case AVAILABLE ->
                chooser.sendAvailable(sink, permission, request.getAvailable().getAll());
            case STOP -> {
                sink.send(LocalDoor.done());
                stop.run();
            }
            case WHY -> why(request.getWhy(), sink);
            case INSTALL -> locals.install(request.getInstall(), sink);
            case ROLLBACK -> locals.rollback(request.getRollback(), sink);
            case DEFER -> locals.defer(request.getDefer(), sink);
            case OFFERED -> offers.send(sink, request.getOffered().getAll());
            case LINES -> locals.lines(sink);
            case WHAT_NOT_SET -> sink.send(LocalDoor.failure(Refused.EXIT_USAGE, "the request asks for nothing"));
        }
    }

    private void why(Why asked, ReplySink sink) {
        ledger.read();
        packs.all().stream()
                .filter(state -> state.releases.stream()
                        .anyMatch(id -> id.name().toString().equals(asked.getName())
                                && (asked.getVersion().isEmpty()
                                        || id.version().toString().equals(asked.getVersion()))
                                && (asked.getPlatform().isEmpty()
                                        || id.platform().word().equals(asked.getPlatform()))))
                .max(Comparator.comparing(state -> state.manifest.id()))
                .ifPresentOrElse(
                        state -> {
                            sink.send(LocalReply.newBuilder()
                                    .setReasons(sources.why(state))
                                    .build());
                            sink.send(LocalDoor.done());
                        },
                        () -> sink.send(LocalDoor.failure(
                                Refused.EXIT_USAGE,
                                "this machine neither holds nor fetches " + asked.getName()
                                        + (asked.getVersion().isEmpty() ? "" : "@" + asked.getVersion())
                                        + "; see what it has with: packhorse status")));
    }
}
