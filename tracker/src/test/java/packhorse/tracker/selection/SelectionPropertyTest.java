package packhorse.tracker.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.tracker.selection.World.Agent;

/** Random worlds with a life of their own: pieces move over confirmed links, agents die, and the rule holds after every decision. */
class SelectionPropertyTest {
    private static final int WORLDS = 300;

    /** Rounds of one second; with rescues a minute apart the slowest drawn world is through in a third of it. */
    private static final int ROUNDS_MAX = 1_500;

    @Test
    void ruleHoldsWhateverHappensAndNobodyStarves() {
        Cases.run(WORLDS, random -> live(random, drawing(random)));
    }

    private static void live(RandomGenerator random, String drawing) {
        World world = World.draw(drawing);
        // Some agents cannot reach anybody outside, whatever they are told, some nobody inside.
        List<String> mute = new ArrayList<>();
        for (Agent agent : world.agents()) {
            if (random.nextInt(8) == 0 && !(world.place(agent) instanceof Place.AtOrigin)) {
                mute.add(agent.name);
            }
        }
        for (int round = 0; round < ROUNDS_MAX; round++) {
            world.later(Duration.ofSeconds(1)).decide();
            assertEquals(List.of(), SiteRule.broken(world), () -> "in\n" + drawing);
            if (random.nextInt(4) > 0) {
                world.confirm();
            }
            trade(world, mute);
            if (round < 50 && random.nextInt(20) == 0) {
                killOne(world, random);
            }
            if (done(world, mute)) {
                return;
            }
        }
        fail("somebody starves in\n" + drawing + "mute: " + mute);
    }

    private static void trade(World world, List<String> mute) {
        for (Agent agent : world.agents()) {
            if (!agent.here || !agent.wants || agent.pieces == World.PIECES) {
                continue;
            }
            boolean gains = world.agents().stream()
                    .filter(other -> other.here && other != agent && other.pieces > agent.pieces)
                    .filter(other -> linked(world, agent, other))
                    .anyMatch(other ->
                            !(mute.contains(agent.name) || mute.contains(other.name)) || sameSite(world, agent, other));
            agent.pieces += gains ? 1 : 0;
            agent.stalled = gains ? Duration.ZERO : agent.stalled.plusSeconds(1);
        }
    }

    private static boolean sameSite(World world, Agent a, Agent b) {
        return !world.siteOf(a).isEmpty() && world.siteOf(a).equals(world.siteOf(b));
    }

    private static boolean linked(World world, Agent a, Agent b) {
        return world.orders(a.name).connect().stream()
                        .anyMatch(hint -> hint.address().equals(b.address))
                || world.orders(b.name).connect().stream()
                        .anyMatch(hint -> hint.address().equals(a.address));
    }

    private static void killOne(World world, RandomGenerator random) {
        List<Agent> mortal = world.agents().stream()
                .filter(agent -> !(world.place(agent) instanceof Place.AtOrigin))
                .toList();
        if (mortal.size() > 2) {
            world.dies(mortal.get(random.nextInt(mortal.size())).name);
        }
    }

    /** Nobody wants any more, except those that nothing can reach: mute, and nobody in their site who has it or hears outside. */
    private static boolean done(World world, List<String> mute) {
        return world.agents().stream()
                .filter(a -> a.here && a.wants && a.pieces < World.PIECES)
                .noneMatch(a -> !mute.contains(a.name)
                        || world.agents().stream()
                                .filter(other -> other.here && other != a && sameSite(world, a, other))
                                .anyMatch(other -> other.pieces == World.PIECES || !mute.contains(other.name)));
    }

    private static String drawing(RandomGenerator random) {
        StringBuilder drawing = new StringBuilder();
        drawing.append("origin  Oa10")
                .append(random.nextInt(3) == 0 ? " Ob10" : "")
                .append('\n');
        int name = 0;
        for (String site : List.of("berlin", "lisbon", "oslo").subList(0, 1 + random.nextInt(3))) {
            drawing.append(site);
            int agents = 1 + random.nextInt(6);
            for (int i = 0; i < agents; i++) {
                drawing.append(random.nextInt(4) == 0 ? " *" : " ")
                        .append('n')
                        .append((char) ('a' + name++))
                        .append(random.nextInt(10) == 0 ? "?" : random.nextInt(5) == 0 ? "10" : "" + random.nextInt(4));
            }
            drawing.append('\n');
        }
        if (random.nextBoolean()) {
            drawing.append("nowhere ra0 rb0\n");
        }
        return drawing.toString();
    }
}
