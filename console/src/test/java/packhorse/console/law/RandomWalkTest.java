package packhorse.console.law;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.core.testing.Cases;

/** All troubles at once, where the explorer takes one at a time: too many states to see all, so some thousand ways through them. */
final class RandomWalkTest {
    private static final int WALKS = 400;
    private static final int STEPS = 120;

    @ParameterizedTest
    @EnumSource
    void noLawIsBrokenOnAnyWay(SmallWorld.Setting setting) {
        SmallWorld small = new SmallWorld(setting, new Machinery(), EnumSet.allOf(SmallWorld.Trouble.class));
        Cases.run(WALKS, random -> {
            SmallWorld.State state = small.beginning();
            List<String> way = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                List<SmallWorld.Step> steps = new ArrayList<>();
                small.steps(state, steps::add);
                if (steps.isEmpty()) {
                    return;
                }
                SmallWorld.Step step = steps.get(random.nextInt(steps.size()));
                way.add(step.what().get());
                World before = small.world(state);
                assertEquals(List.of(), Laws.breaches(before, small.after(before, step)), () -> String.join("\n", way));
                state = step.to();
            }
        });
    }
}
