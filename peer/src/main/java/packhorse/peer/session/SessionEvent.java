package packhorse.peer.session;

import packhorse.peer.site.SitePlace;

/** What happened between an agent and its trackers. */
public sealed interface SessionEvent {
    /** A tracker answered after silence. */
    record Reached(String tracker) implements SessionEvent {}

    /** A newer assignment. */
    record Assigned(SitePlace place) implements SessionEvent {}

    /** A tracker does not answer, or not as it should; the reason is one line. */
    record Unreachable(String reason) implements SessionEvent {}

    /** A tracker refuses this agent; the reason is its own line. */
    record Refused(String reason) implements SessionEvent {}
}
