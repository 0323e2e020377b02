package packhorse.peer.agent;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.Subject;
import packhorse.core.trust.TufClient;
import packhorse.peer.desired.Listing;
import packhorse.peer.desired.Listing.Choice;

/**
 * Opens content for those who read it while it comes. What they are handed follows the pack from outside the owner thread:
 * pieces through its watch, haste through the mailbox. Owns no state; only the owner thread enters.
 */
final class Readers {
    private final TufClient catalogue;
    private final Chooser chooser;
    private final Packs packs;
    private final Intake intake;
    private final Permission permission;
    private final Errands errands;
    private final Consumer<AgentMessage> owner;

    Readers(
            TufClient catalogue,
            Chooser chooser,
            Packs packs,
            Intake intake,
            Permission permission,
            Errands errands,
            Consumer<AgentMessage> owner) {
        this.catalogue = catalogue;
        this.chooser = chooser;
        this.packs = packs;
        this.intake = intake;
        this.permission = permission;
        this.errands = errands;
        this.owner = owner;
    }

    void open(ContentWish wish, CompletableFuture<ContentSource> answer) {
        Consumer<Refused> refused = why -> answer.completeExceptionally(why.exception());
        switch (wish) {
            case ContentWish.Content(Sha256 pack) -> {
                PackState state = packs.get(pack);
                if (state == null) {
                    refused.accept(Refused.usage("this agent does not hold the pack " + pack));
                } else {
                    permission.askAny(
                            state.releases, () -> answer.complete(source(state.manifest.id(), state)), refused);
                }
            }
            case ContentWish.Release release ->
                chooser.choose(
                        release,
                        false,
                        choice -> {
                            switch (choice) {
                                case Choice.OneRelease(ReleaseId id) ->
                                    permission.ask(
                                            Subject.release(id), () -> openRelease(id, answer, refused), refused);
                                case Choice.OneBundle(Listing.BundleId id) ->
                                    refused.accept(Refused.usage(
                                            id.name() + "@" + id.version() + " is a bundle; read its releases"));
                                case Choice.NotFound(String reason) -> refused.accept(Refused.usage(reason));
                            }
                        },
                        refused);
        }
    }

    private void openRelease(ReleaseId id, CompletableFuture<ContentSource> answer, Consumer<Refused> refused) {
        packs.whole(id)
                .ifPresentOrElse(
                        here -> answer.complete(source(id, here)),
                        () -> errands.run(
                                () -> catalogue.manifest(id),
                                manifest -> intake.acquire(
                                        manifest,
                                        WantedJournal.Whom.PEOPLE,
                                        state -> answer.complete(source(id, state)),
                                        refused),
                                refused));
    }

    private ContentSource source(ReleaseId id, PackState state) {
        Sha256 pack = state.id();
        return new ContentSource(
                id,
                state.manifest.contentName(),
                state.torrent,
                state.watch,
                (first, last) -> owner.accept(new AgentMessage.Hurried(pack, first, last)));
    }
}
