package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.change.Transitions;

/** The tables in the Javadoc are the tables in the code; each state is reached, each move used, and some state is final. */
final class WaveTablesTest {
    private static final Path SOURCES = Path.of("src/main/java/packhorse/console/wave");

    @Test
    void theDeploymentsTableIsTheOneInItsJavadoc() throws IOException {
        assertEquals(
                DeploymentMachine.TABLE.rows().stream()
                        .map(Transitions.Row::toString)
                        .toList(),
                written("DeploymentMachine.java"));
        reached(DeploymentMachine.TABLE);
    }

    @Test
    void theWavesTableIsTheOneInItsJavadoc() throws IOException {
        assertEquals(
                WaveMachine.TABLE.rows().stream().map(Transitions.Row::toString).toList(), written("WaveMachine.java"));
        reached(WaveMachine.TABLE);
    }

    private static <S extends Enum<S>, M extends Enum<M>> void reached(Transitions<S, M> table) {
        S first = table.rows().get(0).from();
        Set<S> reached = EnumSet.of(first);
        Set<M> moves = EnumSet.noneOf(table.rows().get(0).move().getDeclaringClass());
        for (int i = 0; i < table.rows().size(); i++) {
            for (Transitions.Row<S, M> row : table.rows()) {
                moves.add(row.move());
                if (reached.contains(row.from())) {
                    reached.add(row.to());
                }
            }
        }
        assertEquals(EnumSet.allOf(first.getDeclaringClass()), reached);
        assertEquals(EnumSet.allOf(table.rows().get(0).move().getDeclaringClass()), moves);
        assertTrue(reached.stream().anyMatch(table::isFinal));
        assertFalse(table.isFinal(first));
    }

    private static List<String> written(String file) throws IOException {
        List<String> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(SOURCES.resolve(file))) {
            String text = line.strip().replaceFirst("^\\*", "").strip();
            if (text.startsWith("from ")) {
                inside = true;
            } else if (text.equals("</pre>")) {
                break;
            } else if (inside) {
                rows.add(text.replaceAll(" +", " "));
            }
        }
        return rows;
    }
}
