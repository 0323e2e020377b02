package packhorse.peer.agent;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.Subject;
import packhorse.peer.desired.Listing;

/**
 * Whether somebody on this machine may have what they ask for: what the desired state brings is theirs, for the rest a tracker
 * is asked ({@link Entitlements}). Owns nothing; only the owner thread enters.
 */
final class Permission {
    private final Steward steward;
    private final Entitlements entitlements;

    Permission(Steward steward, Entitlements entitlements) {
        this.steward = steward;
        this.entitlements = entitlements;
    }

    /** A bundle has no platform of its own. */
    static Subject subject(Listing.BundleId id) {
        return new Subject(new ReleaseId(id.name(), id.version(), Platform.ANY), true, Optional.empty());
    }

    private boolean brought(Subject subject) {
        return subject.bundle() ? steward.bringsBundle(subject.id()) : steward.brings(subject.id());
    }

    /** Goes one of the two ways. */
    void ask(Subject subject, Runnable yes, Consumer<Refused> no) {
        if (brought(subject)) {
            yes.run();
            return;
        }
        entitlements.ask(List.of(subject), verdict -> {
            String reason = verdict.denied().get(subject);
            if (reason == null) {
                yes.run();
            } else {
                no.accept(Refused.failed("this machine may not have " + subject + ": " + reason));
            }
        });
    }

    /** The same for content that several releases have: one that may be had is enough. */
    void askAny(Set<ReleaseId> releases, Runnable yes, Consumer<Refused> no) {
        if (releases.stream().anyMatch(steward::brings)) {
            yes.run();
            return;
        }
        List<Subject> subjects = releases.stream().map(Subject::release).toList();
        entitlements.askAny(subjects, verdict -> {
            if (verdict.allowed().isEmpty()) {
                no.accept(Refused.failed("this machine may not have " + subjects.getFirst() + ": "
                        + verdict.denied().getOrDefault(subjects.getFirst(), "no entitlement names it")));
            } else {
                yes.run();
            }
        });
    }

    /** Hands over what of {@code subjects} may not be had, with the reasons. */
    void sort(Collection<Subject> subjects, Consumer<Map<Subject, String>> then) {
        entitlements.ask(
                subjects.stream().filter(subject -> !brought(subject)).toList(),
                verdict -> then.accept(verdict.denied()));
    }
}
