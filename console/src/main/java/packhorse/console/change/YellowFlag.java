package packhorse.console.change;

import java.time.Instant;
import packhorse.core.content.ReleaseName;

/** Something that does not forbid to go on, and that nobody who decides may overlook. */
public sealed interface YellowFlag {
    /** Nobody holds a role that is needed. */
    record RoleEmpty(Role role) implements YellowFlag {
        @Override
        public String text() {
            return "nobody is " + role.title();
        }
    }

    /** Everybody who holds a role that is needed is away. */
    record RoleAway(Role role, Instant until) implements YellowFlag {
        @Override
        public String text() {
            return "everybody who is " + role.title() + " is away, the first until " + until;
        }
    }

    /** An earlier order of this release line had a problem that is still open, or had it not long ago. */
    record EarlierProblem(ReleaseName product, OrderId order, ProblemId problem, boolean open) implements YellowFlag {
        @Override
        public String text() {
            return order + " of " + product + " had the problem " + problem + (open ? ", still open" : "");
        }
    }

    /** Targets are of a kind that neither test nor beta group covered. */
    record UntestedKind(String kind, long endpoints) implements YellowFlag {
        @Override
        public String text() {
            return endpoints + " targets are of the kind " + kind + ", which was never tested";
        }
    }

    /** A scenario that the test plan has cases for was never passed with these releases. */
    record UntestedScenario(String scenario) implements YellowFlag {
        @Override
        public String text() {
            return "the scenario " + scenario + " of the test plan was never passed";
        }
    }

    /** One line for people, always the same for the same flag: it is named by it when it is acknowledged. */
    String text();
}
