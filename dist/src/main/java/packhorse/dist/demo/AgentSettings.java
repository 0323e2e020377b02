package packhorse.dist.demo;

/** What is particular about a deployment and its machines. */
interface AgentSettings {
    /** Nothing: every machine runs, each as the plan says. */
    AgentSettings PLAIN = new AgentSettings() {};

    /** Whether the machine is there; an office without its site peer names none in the site map. */
    default boolean runs(Office.Machine machine) {
        return true;
    }

    /** Whether nobody is refused a release that he asks for. */
    default boolean everybodyMayHaveEverything() {
        return true;
    }

    /** Whether a second tracker stands beside the one that issues certificates, known to everybody. */
    default boolean twoTrackers() {
        return false;
    }

    /** Whether people govern it by a console; otherwise a file of desired states does. */
    default boolean console() {
        return false;
    }

    /** More lines for the machine's configuration. */
    default String moreYaml(Office.Machine machine) {
        return "";
    }
}
