package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import packhorse.core.OperationException;
import packhorse.core.content.Bundle;
import packhorse.core.content.Dependency;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Pull;
import packhorse.core.message.v1.Pulled;
import packhorse.core.state.Subject;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.desired.Listing;
import packhorse.peer.desired.Listing.Choice;

/**
 * People's pulls, from the words of the request to the one final reply: choose the release or take a bundle apart, then for
 * one release after the other see that its pack is here or comes, deliver it where it was asked for, and say so. The same pull
 * twice is one fetch with two people waiting; a person who went away is shown no more progress, and the fetch goes on.
 *
 * <p>Owns the requests on their way. Only the owner thread enters.
 */
final class Pulls {
    private final TufClient catalogue;
    private final Chooser chooser;
    private final Packs packs;
    private final Intake intake;
    private final Shelf shelf;
    private final Permission permission;
    private final Errands errands;
    private final LongSupplier nanoTime;
    private final OneByOne places = new OneByOne();
    private final Set<PullRequest> requests = new HashSet<>();

    Pulls(
            TufClient catalogue,
            Chooser chooser,
            Packs packs,
            Intake intake,
            Shelf shelf,
            Permission permission,
            Errands errands,
            LongSupplier nanoTime) {
        this.catalogue = catalogue;
        this.chooser = chooser;
        this.packs = packs;
        this.intake = intake;
        this.shelf = shelf;
        this.permission = permission;
        this.errands = errands;
        this.nanoTime = nanoTime;
    }

    /** Whether somebody waits. */
    boolean any() {
        return !requests.isEmpty();
    }

    /** Forgets those who went away and shows the others how far it is. */
    void tick() {
        requests.removeIf(request -> request.sink.gone());
        requests.forEach(Pulls::showProgress);
    }

    private static void showProgress(PullRequest request) {
        if (request.pull.getQuiet()) {
            return;
        }
        Progress.Builder progress = Progress.newBuilder().setPhase(request.phase);
        request.current.ifPresent(pack -> {
            boolean proving = pack.phase == PackState.Phase.PROVING;
            progress.setPhase(pack.wants() ? pack.checking ? "checking" : "fetching" : request.phase)
                    .setBytesHave(proving ? pack.provenBytes.get() : pack.bytesHave())
                    .setBytesTotal(pack.pack.data().length())
                    .setBytesPerSecond(pack.wants() ? pack.rate.bytesPerSecond() : 0)
                    .setPeers(pack.connected);
        });
        request.sink.send(LocalReply.newBuilder().setProgress(progress).build());
    }

    /** Begins a pull; what is wrong with its words is said at once. */
    void begin(Pull pull, ReplySink sink) {
        PullRequest request = new PullRequest(pull, sink, nanoTime.getAsLong());
        ContentWish.Release wish;
        try {
            wish = wish(pull);
            if (request.out().filter(path -> !path.isAbsolute()).isPresent()) {
                throw new IllegalArgumentException("\"" + pull.getOut() + "\" is not an absolute path");
            }
        } catch (IllegalArgumentException e) {
            sink.send(LocalDoor.failure(Refused.EXIT_USAGE, String.valueOf(e.getMessage())));
            return;
        }
        requests.add(request);
        chooser.choose(
                wish,
                bundlesOnly(pull),
                choice -> {
                    switch (choice) {
                        case Choice.OneRelease(ReleaseId id) ->
                            permission.ask(
                                    Subject.release(id),
                                    () -> {
                                        request.items = List.of(new PullRequest.Item(id, Optional.empty()));
                                        nextItem(request);
                                    },
                                    refused -> refuse(request, refused));
                        case Choice.OneBundle(Listing.BundleId id) ->
                            permission.ask(
                                    Permission.subject(id),
                                    () -> unbundle(request, id),
                                    refused -> refuse(request, refused));
                        case Choice.NotFound(String reason) -> refuse(request, Refused.usage(reason));
                    }
                },
                refused -> refuse(request, refused));
    }

    private static ContentWish.Release wish(Pull pull) {
        return new ContentWish.Release(
                ReleaseName.parse(pull.getName()),
                pull.getVersion().isEmpty() ? Optional.empty() : Optional.of(Version.parse(pull.getVersion())),
                pull.getPlatform().isEmpty() || bundlesOnly(pull)
                        ? Optional.empty()
                        : Optional.of(new Platform(pull.getPlatform())));
    }

    private static boolean bundlesOnly(Pull pull) {
        return pull.getPlatform().equals("bundle");
    }

    private void unbundle(PullRequest request, Listing.BundleId id) {
        errands.run(
                () -> catalogue.bundle(id.name(), id.version()).bundle(),
                bundle -> {
                    request.bundle = true;
                    List<PullRequest.Item> items = new ArrayList<>();
                    for (Bundle.Member member : bundle.members()) {
                        items.add(new PullRequest.Item(member.release(), Optional.of(member.manifest())));
                    }
                    request.items = List.copyOf(items);
                    nextItem(request);
                },
                refused -> refuse(request, refused));
    }

    private void nextItem(PullRequest request) {
        if (request.next == request.items.size()) {
            requests.remove(request);
            request.sink.send(LocalDoor.done());
            return;
        }
        PullRequest.Item item = request.items.get(request.next);
        request.phase = "catalogue";
        request.current = Optional.empty();
        Optional<PackState> here = packs.whole(item.id());
        if (here.isPresent() && item.manifest().isEmpty()) {
            arrived(request, here.get(), true);
            return;
        }
        errands.run(
                () -> {
                    VerifiedManifest manifest = manifest(item);
                    if (request.out().isPresent()) {
                        Delivery.requireFree(manifest.manifest(), request.out().get(), request.bundle);
                    }
                    return manifest;
                },
                manifest -> intake.acquire(
                        manifest,
                        WantedJournal.Whom.PEOPLE,
                        state -> attach(request, state),
                        refused -> refuse(request, refused)),
                refused -> refuse(request, refused));
    }

    private VerifiedManifest manifest(PullRequest.Item item) {
        VerifiedManifest manifest = catalogue.manifest(item.id());
        if (item.manifest().filter(digest -> !digest.equals(manifest.digest())).isPresent()) {
            throw new OperationException("the bundle names another " + item.id()
                    + " than the catalogue lists; its publisher has to publish the bundle again");
        }
        return manifest;
    }

    private void attach(PullRequest request, PackState state) {
        request.current = Optional.of(state);
        if (state.phase == PackState.Phase.WHOLE) {
            arrived(request, state, true);
        } else {
            request.phase = state.phase == PackState.Phase.PROVING ? "verifying" : "fetching";
            state.waiters.add(new Waiting(request));
        }
    }

    /** A request that waits for its current release. */
    private final class Waiting implements PackWaiter {
        private final PullRequest request;

        Waiting(PullRequest request) {
            this.request = request;
        }

        @Override
        public boolean isPerson() {
            return true;
        }

        @Override
        public void proving() {
            request.phase = "verifying";
        }

        @Override
        public void whole(PackState pack) {
            arrived(request, pack, false);
        }

        @Override
        public void lost(Refused why) {
            refuse(request, why);
        }
    }

    /** A request's current release is whole: deliver it where it was asked for, tell, go on with the next. */
    private void arrived(PullRequest request, PackState state, boolean alreadyThere) {
        long now = nanoTime.getAsLong();
        request.current = Optional.of(state);
        Pulled.Builder pulled = Pulled.newBuilder()
                .setRelease(request.items.get(request.next).id().toString())
                .setSha256(state.id().hex())
                .setBytes(state.pack.data().length())
                .setSeconds((now - request.startedNanos) / 1e9)
                .setAlreadyThere(alreadyThere);
        for (Dependency dependency : state.manifest.dependencies()) {
            pulled.addDependencies(dependency.toString());
        }
        if (request.out().isEmpty()) {
            told(request, pulled.build());
            return;
        }
        Path out = request.out().get();
        request.phase = state.manifest.form() == Manifest.Form.TREE ? "unpacking" : "copying";
        Delivery delivery = new Delivery(shelf, places, state.proof, state.file());
        boolean inside = request.bundle;
        errands.run(
                () -> delivery.to(out, inside),
                path -> told(request, pulled.setPath(path.toString()).build()),
                refused -> refuse(request, refused));
    }

    private void told(PullRequest request, Pulled pulled) {
        request.sink.send(LocalReply.newBuilder().setPulled(pulled).build());
        request.next++;
        nextItem(request);
    }

    private void refuse(PullRequest request, Refused refused) {
        requests.remove(request);
        request.sink.send(LocalDoor.failure(refused.exitCode(), refused.reason()));
    }
}
