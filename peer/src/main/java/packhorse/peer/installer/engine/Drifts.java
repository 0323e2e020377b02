package packhorse.peer.installer.engine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.PlainText;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.durable.DurableFiles;
import packhorse.core.state.LineState.Health;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.install.Ledger.Found;
import packhorse.peer.install.Line;

/**
 * Looks whether what was put in place is still as it was put there, and puts it back where the release or its order says so. What it
 * found is for reports and not kept: the next process looks again.
 */
final class Drifts {
    private static final Logger LOG = LoggerFactory.getLogger(Drifts.class);

    private final Steps steps;
    private final Members members;
    private final Rooms rooms;
    private final Map<Line.Name, Found> found = new ConcurrentHashMap<>();

    Drifts(Steps steps, Members members, Rooms rooms) {
        this.steps = steps;
        this.members = members;
        this.rooms = rooms;
    }

    /** What the last look found. */
    Optional<Found> found(Line.Name line) {
        return Optional.ofNullable(found.get(line));
    }

    void forget(Line.Name line) {
        found.remove(line);
    }

    /** It was read back just now, as a step. */
    void well(Line.Name line) {
        found.put(line, new Found(Health.OK, ""));
    }

    /** Looks at lines that stand still; a worker's. */
    Outcome look(List<Line> lines) throws InterruptedException {
        for (Line line : lines) {
            Found now;
            try {
                now = look(line);
            } catch (IOException e) {
                now = new Found(Health.UNKNOWN, "it cannot be read: " + DurableFiles.reason(e));
            } catch (OperationException e) {
                now = new Found(Health.UNKNOWN, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // Records that nobody can read any more must not keep the other lines from being looked at.
                now = new Found(Health.UNKNOWN, "it cannot be looked at: " + e + "; install it again");
            }
            if (Thread.interrupted()) {
                // What was found may be the interruption itself.
                throw new InterruptedException();
            }
            saw(line, now);
        }
        return Outcome.DONE;
    }

    private void saw(Line line, Found looked) {
        // Names and targets of links are whoever's who changed them.
        Found now = new Found(looked.health(), PlainText.line(looked.detail()));
        Found before = found.put(line.name(), now);
        if (!now.equals(before) && now.health() != Health.OK) {
            LOG.warn("{}: {}", line.current().member().release(), now.detail());
        }
    }

    private Found look(Line line) throws IOException {
        Members.Read read = members.kept(line.current().member());
        if (read.section().drift() == Drift.IGNORE && !line.current().mendDrift()) {
            return new Found(Health.OK, "");
        }
        rooms.clearLook();
        Workplace here = steps.look(line.current(), read, false);
        List<String> differences = read.placement().verify(here);
        if (differences.isEmpty()) {
            return new Found(Health.OK, "");
        }
        boolean mend = read.section().drift() == Drift.MEND || line.current().mendDrift();
        if (!mend || read.placement().once().contains(Placement.Deed.MEND)) {
            return new Found(Health.DRIFT, "changed by somebody: " + Steps.shortened(differences));
        }
        LOG.warn("{} was changed and is put back: {}", read.manifest().id(), Steps.shortened(differences));
        String hindrance;
        try {
            Workplace fresh = steps.look(line.current(), read, true);
            read.placement().mend(fresh);
            List<String> after = read.placement().verify(fresh);
            if (after.isEmpty()) {
                return new Found(Health.OK, "was changed by somebody and put back: " + Steps.shortened(differences));
            }
            hindrance = Steps.shortened(after);
        } catch (IOException e) {
            hindrance = DurableFiles.reason(e);
        } catch (OperationException e) {
            hindrance = String.valueOf(e.getMessage());
        }
        return new Found(
                Health.DRIFT,
                "changed by somebody (" + Steps.shortened(differences) + "), and cannot be put back: " + hindrance);
    }
}
