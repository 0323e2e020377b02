package packhorse.tracker.swarm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;

/**
 * The agents and swarms a tracker knows.
 *
 * <p>An agent reports in a session. While it has one, its owner says when it is lost; when the session ends the agent has
 * {@link #SILENCE_MAX} to come back, then it is gone from every swarm, and its successor is appointed at once: within the 10 s
 * that the design promises.
 *
 * <p>Reports are level-triggered: (incarnation, sequence) orders them, an older one changes nothing. Cost: O(swarms in the
 * report) for a report, O(agents) for {@link #expire}.
 */
public final class Directory {
    /** Three times the 2 s after which an agent in a moving swarm is asked whether it is there: one answer may be late. */
    public static final Duration SILENCE_MAX = Duration.ofSeconds(6);

    /** Agents at once; about 100 MB of state, five times what one tracker is meant for. A further agent is refused. */
    public static final int AGENTS_MAX = 100_000;

    /** Swarms of one agent; a frame of 4 MiB has room for about 60 000, a machine has hundreds. */
    public static final int SWARMS_PER_AGENT_MAX = 10_000;

    private final Map<EndpointId, Entry> agents = new HashMap<>();
    private final Map<Sha256, Map<EndpointId, Entry>> swarms = new HashMap<>();

    private static final class Entry {
        Report report;
        final Instant aliveSince;
        final Map<Sha256, Instant> joined = new HashMap<>();
        final Map<Sha256, Bans> banned = new HashMap<>();
        Instant reported;
        /** When its silence began, or null while it has a session. */
        @Nullable
        Instant silentSince;

        Entry(Report report, Instant now) {
            this.report = report;
            this.aliveSince = now;
            this.reported = now;
            this.silentSince = now;
        }
    }

    /** What became of a report. */
    public sealed interface Outcome {}

    /**
     * It counts.
     *
     * @param touched swarms in which something changed that selection may answer to, more than numbers going up
     */
    public record Accepted(Set<Sha256> touched) implements Outcome {}

    /** An older one than the directory has; nothing changed. */
    public record Outdated() implements Outcome {}

    /** The directory has no room; nothing changed. */
    public record Full(String reason) implements Outcome {}

    /** Takes a report; from now on the agent counts as spoken to until {@link #fellSilent}. */
    public Outcome report(Report report, Instant now) {
        Entry old = agents.get(report.agent());
        if (old != null) {
            long since = Long.compareUnsigned(report.incarnation(), old.report.incarnation());
            if (since < 0 || (since == 0 && Long.compareUnsigned(report.sequence(), old.report.sequence()) <= 0)) {
                return new Outdated();
            }
        }
        if (report.leaving()) {
            return new Accepted(old == null ? Set.of() : remove(report.agent()));
        }
        if (old == null && agents.size() >= AGENTS_MAX) {
            return new Full("this tracker knows " + AGENTS_MAX + " agents already; give the deployment another one");
        }
        if (report.swarms().size() > SWARMS_PER_AGENT_MAX) {
            return new Full("an agent may be in " + SWARMS_PER_AGENT_MAX + " swarms, not in "
                    + report.swarms().size() + "; remove packs it no longer needs");
        }
        Set<Sha256> touched = new HashSet<>();
        Entry entry = old;
        if (entry == null || entry.report.incarnation() != report.incarnation()) {
            if (old != null) {
                touched.addAll(remove(report.agent()));
            }
            entry = new Entry(report, now);
            agents.put(report.agent(), entry);
        }
        Report before = old == entry ? entry.report : null;
        entry.report = report;
        entry.reported = now;
        entry.silentSince = null;
        boolean moved = before != null
                && !(before.address().equals(report.address())
                        && before.listen().equals(report.listen()));
        if (before != null) {
            for (Sha256 pack : before.swarms().keySet()) {
                if (!report.swarms().containsKey(pack)) {
                    leave(pack, report.agent(), entry);
                    touched.add(pack);
                }
            }
        }
        for (Map.Entry<Sha256, Holding> swarm : report.swarms().entrySet()) {
            Sha256 pack = swarm.getKey();
            Holding was = before == null ? null : before.swarms().get(pack);
            if (was == null) {
                entry.joined.put(pack, now);
                swarms.computeIfAbsent(pack, p -> new LinkedHashMap<>()).put(report.agent(), entry);
            }
            if (was == null || moved || differs(was, swarm.getValue())) {
                touched.add(pack);
            }
        }
        Map<Sha256, Bans> banned = bannedIn(report);
        for (Sha256 pack : report.swarms().keySet()) {
            if (!banned.getOrDefault(pack, Bans.NONE).equals(entry.banned.getOrDefault(pack, Bans.NONE))) {
                touched.add(pack);
            }
        }
        entry.banned.clear();
        entry.banned.putAll(banned);
        return new Accepted(touched);
    }

    private static boolean differs(Holding was, Holding is) {
        return was.wanting() != is.wanting()
                || was.complete() != is.complete()
                || (was.piecesHave() == 0) != (is.piecesHave() == 0)
                || !was.openListen().equals(is.openListen());
    }

    private static Map<Sha256, Bans> bannedIn(Report report) {
        Map<Sha256, Bans> banned = new HashMap<>();
        for (Report.Ban ban : report.bans()) {
            if (report.swarms().containsKey(ban.pack())) {
                banned.merge(ban.pack(), Bans.NONE.with(ban), (before, one) -> before.with(ban));
            }
        }
        return banned;
    }

    /** Its session is over: its silence begins. */
    public void fellSilent(EndpointId agent, Instant now) {
        Entry entry = agents.get(agent);
        if (entry != null) {
            entry.silentSince = now;
        }
    }

    /** Forgets an agent now; returns the swarms it was in. */
    public Set<Sha256> forget(EndpointId agent) {
        return remove(agent);
    }

    /** Forgets every agent whose silence lasted too long; returns the swarms they were in. */
    public Set<Sha256> expire(Instant now) {
        List<EndpointId> gone = new ArrayList<>();
        for (Map.Entry<EndpointId, Entry> agent : agents.entrySet()) {
            Instant since = agent.getValue().silentSince;
            if (since != null && Duration.between(since, now).compareTo(SILENCE_MAX) > 0) {
                gone.add(agent.getKey());
            }
        }
        Set<Sha256> touched = new HashSet<>();
        for (EndpointId agent : gone) {
            touched.addAll(remove(agent));
        }
        return touched;
    }

    private Set<Sha256> remove(EndpointId agent) {
        Entry entry = agents.remove(agent);
        if (entry == null) {
            return Set.of();
        }
        Set<Sha256> packs = Set.copyOf(entry.report.swarms().keySet());
        for (Sha256 pack : packs) {
            leave(pack, agent, entry);
        }
        return packs;
    }

    private void leave(Sha256 pack, EndpointId agent, Entry entry) {
        entry.joined.remove(pack);
        Map<EndpointId, Entry> members = swarms.get(pack);
        if (members != null && members.remove(agent) != null && members.isEmpty()) {
            swarms.remove(pack);
        }
    }

    /** Everybody in a swarm, by id. */
    public List<Member> members(Sha256 pack) {
        Map<EndpointId, Member> members = new TreeMap<>();
        swarms.getOrDefault(pack, Map.of()).forEach((id, entry) -> {
            Holding holding = entry.report.swarms().get(pack);
            Instant joined = entry.joined.get(pack);
            if (holding == null || joined == null) {
                throw new IllegalStateException(
                        "agent " + id + " is listed in swarm " + pack + " but does not report it");
            }
            members.put(
                    id,
                    new Member(
                            id,
                            entry.report.address(),
                            entry.report.listen(),
                            holding,
                            entry.banned.getOrDefault(pack, Bans.NONE),
                            entry.aliveSince,
                            joined,
                            entry.reported));
        });
        return List.copyOf(members.values());
    }

    /** Whether somebody in the swarm still fetches. */
    public boolean active(Sha256 pack) {
        for (Entry entry : swarms.getOrDefault(pack, Map.of()).values()) {
            Holding holding = entry.report.swarms().get(pack);
            if (holding != null && holding.wanting()) {
                return true;
            }
        }
        return false;
    }

    public Set<Sha256> packs() {
        return Collections.unmodifiableSet(swarms.keySet());
    }

    /** The last report of an agent that is here. */
    public Optional<Report> lastReport(EndpointId agent) {
        Entry entry = agents.get(agent);
        return entry == null ? Optional.empty() : Optional.of(entry.report);
    }

    /** The last reports of all agents. */
    public List<Report> reports() {
        Collection<Entry> all = agents.values();
        List<Report> reports = new ArrayList<>(all.size());
        for (Entry entry : all) {
            reports.add(entry.report);
        }
        return reports;
    }

    /** Where all agents listen for each other. */
    public Set<PeerAddress> listening() {
        Set<PeerAddress> all = new HashSet<>();
        for (Entry entry : agents.values()) {
            all.addAll(entry.report.listen());
        }
        return all;
    }

    public int agentCount() {
        return agents.size();
    }
}
