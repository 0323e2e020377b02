package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The table in each machine's Javadoc is the machine's table: what a reader believes is what happens. */
final class MachineTablesTest {
    private static final Path SOURCES = Path.of("src/main/java/packhorse/console/change");

    private static final Map<Class<?>, Transitions<?, ?>> MACHINES = Map.of(
            RequestMachine.class, RequestMachine.TABLE,
            OrderMachine.class, OrderMachine.TABLE,
            StageGateMachine.class, StageGateMachine.TABLE,
            ProblemMachine.class, ProblemMachine.TABLE,
            DefectMachine.class, DefectMachine.TABLE);

    @TestFactory
    Stream<DynamicTest> theTableInTheJavadocIsTheTableInTheCode() {
        return MACHINES.entrySet().stream()
                .map(machine -> DynamicTest.dynamicTest(machine.getKey().getSimpleName(), () -> {
                    List<String> code = machine.getValue().rows().stream()
                            .map(Transitions.Row::toString)
                            .toList();
                    assertEquals(code, written(machine.getKey()));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyMachineOfThePackageIsLookedAt() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith("Machine.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList()
                    .stream()
                    .map(name -> DynamicTest.dynamicTest(
                            name,
                            () -> assertTrue(MACHINES.keySet().stream()
                                    .anyMatch(type -> type.getSimpleName().equals(name)))));
        }
    }

    @TestFactory
    Stream<DynamicTest> everyStateIsReachedAndSomeAreFinal() {
        return MACHINES.entrySet().stream()
                .map(machine ->
                        DynamicTest.dynamicTest(machine.getKey().getSimpleName(), () -> reached(machine.getValue())));
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

    private static List<String> written(Class<?> machine) throws IOException {
        List<String> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(SOURCES.resolve(machine.getSimpleName() + ".java"))) {
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
