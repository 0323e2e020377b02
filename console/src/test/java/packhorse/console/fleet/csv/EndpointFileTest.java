package packhorse.console.fleet.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.fleet.Directory;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.LabelChange;
import packhorse.console.fleet.LabelChange.Edit;
import packhorse.console.fleet.Labels;
import packhorse.console.fleet.ListChange;
import packhorse.console.fleet.Machines;

final class EndpointFileTest {
    private static final Directory DIRECTORY = Directory.of(List.of(
            named(1, "alpha", Map.of("env", "prod", "ring", "0")),
            named(2, "beta", Map.of()),
            named(3, "gamma, the 3rd", Map.of()),
            named(4, "twin", Map.of()),
            named(5, "Twin", Map.of())));

    private static EndpointFacts named(int number, String name, Map<String, String> labels) {
        return EndpointFacts.enrolled(Machines.id(number), name, "berlin", Machines.NOON)
                .withLabels(labels);
    }

    private static Imported<ListChange> list(byte[] file) {
        try {
            return EndpointFile.list(
                    new ByteArrayInputStream(file), "f.csv", DIRECTORY, List.of(Machines.id(2), Machines.id(3)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Imported<ListChange> list(String file) {
        return list(file.getBytes(StandardCharsets.UTF_8));
    }

    private static Imported<LabelChange> labels(String file) {
        try {
            return EndpointFile.labels(
                    new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)), "f.csv", DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T ready(Imported<T> imported) {
        return switch (imported) {
            case Imported.Ready<T>(T change, List<String> unused) -> change;
            case Imported.Refused<T>(List<String> problems) -> throw new AssertionError(problems);
        };
    }

    private static <T> List<String> refused(Imported<T> imported) {
        return switch (imported) {
            case Imported.Ready<T>(T change, List<String> unused) -> throw new AssertionError(change);
            case Imported.Refused<T>(List<String> problems) -> problems;
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "endpoint#alpha#beta#",
                "\ufeffendpoint#alpha#BETA",
                "id#00000000000000000000000000000001#00000000000000000000000000000002",
                "name,room#alpha,1#beta,\"2, 3\"",
                "room;Endpoint#1;alpha#2;beta",
                "endpoint\tb#alpha\tx#beta\ty",
                "# #endpoint#  alpha  ##beta##",
                "\"endpoint\" , x#\"alpha\", 1#\"beta\",\"two \"\"quoted\"\"\"",
            })
    void aListIsReadHoweverItWasWritten(String file) {
        for (String end : List.of("\n", "\r\n")) {
            ListChange change = ready(list(file.replace("#", end)));
            assertEquals(List.of(Machines.id(1), Machines.id(2)), change.members());
            assertEquals(List.of(Machines.id(1)), change.added());
            assertEquals(List.of(Machines.id(3)), change.removed());
            assertEquals("2 endpoints: 1 added, 1 removed, 1 as before", change.line());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "endpoint#alpha#delta | row 3, column 1 (endpoint): no endpoint is \"delta\", by id or by name",
                "x,name#1,alpha#2,beta#3,alpha | row 4, column 2 (name): the endpoint is in row 2 already",
                "endpoint#alpha#00000000000000000000000000000001 | row 3, column 1 (endpoint): the endpoint is in row"
                        + " 2 already",
                "endpoint#twin | row 2, column 1 (endpoint): 2 endpoints are called \"twin\", such as"
                        + " 00000000000000000000000000000004; write the id",
                "endpoint,x#alpha | row 2 has 1 cells where the header has 2; a cell with a separator in it stands in"
                        + " quotes",
                "endpoint#alpha,9 | row 2 has 2 cells where the header has 1; a cell with a separator in it stands in"
                        + " quotes",
                "endpoint,x#,9 | row 2, column 1 (endpoint): no endpoint is named; write its id or its host's name",
                "host#alpha | row 1 has no column named endpoint, id or name; the first row names the columns",
                "##host#alpha | row 3 has no column named endpoint, id or name; the first row names the columns",
                "id,name#1,alpha | row 1, column 2 (name): a second column that says which endpoint; keep one of"
                        + " endpoint, id or name",
                "endpoint,a,A#alpha,1,2 | row 1, column 3: a second column is named \"A\"",
                "endpoint,,b#alpha,1,2 | row 1, column 2: the column has no name",
                "# | it is empty; the first row names the columns",
            })
    void whatIsWrongIsSaidWithRowAndColumnAndNothingIsTaken(String file, String problem) {
        assertEquals(List.of("f.csv: " + problem), refused(list(file.replace("#", "\n"))));
    }

    @Test
    void aQuoteThatIsNotClosedOrGoesOnIsNamedWithItsRow() {
        assertTrue(
                refused(list("endpoint,x\nalpha,1\nbeta,\"a\"b\n")).getFirst().contains("row 3 or below"),
                () -> refused(list("endpoint,x\nalpha,1\nbeta,\"a\"b\n")).toString());
        assertEquals(
                List.of("f.csv: row 3 opens a quote that is never closed"),
                refused(list("endpoint,x\nalpha,1\nbeta,\"a\ngamma,2\n")));
        assertEquals(List.of("f.csv: row 2 opens a quote that is never closed"), refused(list("endpoint\n\"alpha")));
    }

    @Test
    void whatIsNoTextIsNamedWithItsRow() {
        byte[] bad = "endpoint\nalpha\nb?ta\n".getBytes(StandardCharsets.UTF_8);
        bad[16] = (byte) 0xe9;
        assertEquals(List.of("f.csv: row 3 is not UTF-8; save the file as CSV UTF-8"), refused(list(bad)));
        assertEquals(
                List.of("f.csv: row 2 holds a NUL, which no text does; save the file as CSV UTF-8"),
                refused(list("endpoint\n\u0000end\nalpha\n")));
        assertEquals(
                List.of("f.csv: row 1 is not UTF-8; save the file as CSV UTF-8"),
                refused(list("\ufeffendpoint\nalpha\n".getBytes(StandardCharsets.UTF_16LE))));
    }

    @Test
    void columnsThatAreNotUsedAreSaid() {
        assertEquals(
                List.of("f.csv: columns not used: room, owner"),
                ((Imported.Ready<ListChange>) list("room,name,owner\n1,alpha,x\n")).notes());
    }

    @Test
    void labelsAreSetChangedAndTakenAway() {
        LabelChange change = ready(labels("name,env,ring,owner\nalpha,test,-,\nbeta,,1,ann\n\"gamma, the 3rd\",,,\n"));
        assertEquals(
                List.of(
                        new Edit(Machines.id(1), "env", "prod", "test"),
                        new Edit(Machines.id(1), "ring", "0", ""),
                        new Edit(Machines.id(2), "ring", "", "1"),
                        new Edit(Machines.id(2), "owner", "", "ann")),
                change.edits());
        assertEquals(
                Map.of(Machines.id(1), Map.of("env", "test"), Machines.id(2), Map.of("ring", "1", "owner", "ann")),
                change.labels());
        assertEquals("2 endpoints: 2 labels set, 1 changed, 1 taken away, 0 as before", change.line());
        LabelChange again = ready(labels("name,env,ring\nalpha,prod,0\nbeta,-,\n"));
        assertEquals(List.of(), again.edits());
        assertEquals(3, again.asBefore());
    }

    @Test
    void labelsThatMayNotBeAreRefusedWithTheirCell() {
        assertEquals(
                List.of("f.csv: row 1, column 2 (a b): \"a b\" is no name of a label; write 1 to 64 letters, digits,"
                        + " '.', '_' or '-'"),
                refused(labels("name,a b\nalpha,1\n")));
        assertEquals(
                List.of("f.csv: row 3, column 2 (env): the label env has 201 characters; at most 200 are kept"),
                refused(labels("name,env\nalpha,x\nbeta," + "x".repeat(201) + "\n")));
        assertEquals(
                List.of("f.csv: row 2, column 2 (env): the label env holds a control character; leave it out"),
                refused(labels("name,env\nalpha,\"a\nb\"\n")));
        assertEquals(List.of("f.csv: row 1 names no label; add a column for each"), refused(labels("name\nalpha\n")));
        StringBuilder header = new StringBuilder("name");
        StringBuilder row = new StringBuilder("alpha");
        for (int i = 0; i < Labels.LABELS_MAX; i++) {
            header.append(",l").append(i);
            row.append(",1");
        }
        assertEquals(
                List.of("f.csv: row 2: the endpoint would have 66 labels; at most 64 are kept"),
                refused(labels(header + "\n" + row + "\n")));
    }

    @Test
    void sizesAreBounded() {
        assertTrue(refused(list("endpoint,x\nalpha," + "y".repeat(1_001) + "\n"))
                .getFirst()
                .contains("row 2, column 2 (x): the cell has 1001 characters; at most 1000 are read"));
        assertTrue(
                refused(list("endpoint" + ",x".repeat(200) + "\n")).getFirst().contains("at most 100 are read"));
        assertTrue(refused(list("endpoint\n" + "alpha\n".repeat(CsvTable.ROWS_MAX + 1)))
                .getLast()
                .contains("more problems"));
        assertTrue(refused(list(new byte[CsvTable.BYTES_MAX + 1])).getFirst().contains("larger than 32 MiB"));
        List<String> many = refused(list("endpoint\n" + "delta\n".repeat(1_000)));
        assertEquals(CsvTable.PROBLEMS_MAX, many.size());
        assertEquals("f.csv: and 901 more problems", many.getLast());
    }

    @Test
    void aHundredThousandRowsAreRead() throws IOException {
        List<EndpointFacts> fleet = new ArrayList<>();
        StringBuilder file = new StringBuilder("endpoint,env\n");
        for (int i = 1; i <= CsvTable.ROWS_MAX; i++) {
            fleet.add(named(i, "pc-" + i, Map.of()));
            file.append(i % 2 == 0 ? "pc-" + i : Machines.id(i)).append(",prod\n");
        }
        byte[] bytes = file.toString().getBytes(StandardCharsets.UTF_8);
        Imported<LabelChange> imported =
                EndpointFile.labels(new ByteArrayInputStream(bytes), "f.csv", Directory.of(fleet));
        LabelChange change = ready(imported);
        assertEquals(CsvTable.ROWS_MAX, change.labels().size());
    }

    @Test
    void noBytesMakeItFailOtherwise() {
        Random random = new Random(3);
        String alphabet = "endpoint,name;\"\"\n\r\t alpha\ufeffbeta\u0000\u2028é";
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "endpoint,env\n" : "");
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            list(text.toString());
            labels(text.toString());
        }
    }
}
