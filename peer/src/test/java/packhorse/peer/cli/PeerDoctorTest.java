package packhorse.peer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.core.doctor.Finding;

/** What the doctor makes of how an agent's processes are kept apart. */
final class PeerDoctorTest {
    @Test
    void aSwarmProcessWithAUserOfItsOwnIsWell() {
        assertEquals(
                Finding.Status.OK, PeerDoctor.swarmUser(Optional.empty(), false).status());
    }

    @Test
    void oneThatSharesItsUserWithProgramsOfReleasesIsWarnedOfWithTheMend() {
        Finding shared = PeerDoctor.swarmUser(Optional.empty(), true);

        assertEquals(Finding.Status.WARN, shared.status());
        assertTrue(shared.mend().startsWith("useradd "), shared.mend());
    }

    @Test
    void oneThatRunsAsTheAgentIsWarnedOfForThatReason() {
        Finding same = PeerDoctor.swarmUser(Optional.of("this agent is not root"), false);

        assertEquals(Finding.Status.WARN, same.status());
        assertTrue(same.what().endsWith("this agent is not root"), same.what());
    }
}
